"""Item text to words: one spelling for each, and each word with what stood behind it. No meaning here."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from tidewaiter.goods.parse.han_variants import SIMPLIFIED

_HAN = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_HANGUL = "\uac00-\ud7af"
# Each word with the text up to the next word. A run of Han and kana is one word here; the vocabulary cuts it.
_PIECES = re.compile(rf"([{_HAN}]+|[{_HANGUL}]+|\d+(?:[.,]\d+)*|[^\W\d_{_HAN}{_HANGUL}]+)([^\w]*_*[^\w]*)")
_ASCII_PIECES = re.compile(r"([A-Za-z]+|\d+(?:[.,]\d+)*)(\W*_*\W*)", re.ASCII)
"""The same for most texts, in two thirds of the time."""
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){1,8}[^\W\d_](?![^\W_])\.?")
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0640\u0670]")
SPACED = re.compile(
    rf"(?<![^\W\d_])(?:[{_HAN}](?:[ \u3000][{_HAN}])+|[{_HANGUL}](?: [{_HANGUL}])+"
    r"|[\u0621-\u064a](?: [\u0621-\u064a]){2,})(?![^\W\d_])"
)
"""What may be one word with a space behind every character: "휘 발 유", 軽 油."""

LATIN, CYRILLIC, ARABIC, HANGUL, HAN, DIGITS, OTHER = range(7)


def pieces(text: str) -> list[tuple[str, str]]:
    """The words of `text`, each with the spaces and punctuation behind it; their concatenation is the text itself."""
    text = clean(text)
    return _ASCII_PIECES.findall(text) if text.isascii() else _PIECES.findall(text)


def clean(text: str) -> str:
    """`text` with full-width letters, ligatures and Arabic vowel marks brought to the usual characters, and initials
    without their full stops ("L.N.G.")."""
    if not text.isascii():
        text = _ARABIC_MARKS.sub("", unicodedata.normalize("NFKC", text)).replace("×", "x")
    return _INITIALS.sub(_without_stops, text) if "." in text else text


def _without_stops(initials: re.Match[str]) -> str:
    return initials[0].replace(".", "")


def script_of(word: str) -> int:
    """The script of a word as `pieces` gives it, by its first character."""
    return _script(word[0])


@cache
def _script(character: str) -> int:
    code = ord(character)
    if character.isdigit():
        return DIGITS
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return LATIN
    if 0x400 <= code < 0x530:
        return CYRILLIC
    if 0x600 <= code < 0x780:
        return ARABIC
    if 0xAC00 <= code < 0xD7B0:
        return HANGUL
    return HAN if 0x3005 <= code <= 0x9FFF else OTHER


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """One spelling for one word: case, accents, ё, alef forms, and traditional or Japanese characters to simplified.

    A word that mixes Latin and Cyrillic letters is written wholly in the script most of it has ("Аurus" with a Cyrillic
    А), for that is how words are hidden from a search.
    """
    script = script_of(word)
    if script == HAN:
        word = word.translate(_SIMPLER)
        return _kana(word) if _KATAKANA.search(word) else word
    if script == DIGITS:
        return word.replace(",", ".")
    word = word.casefold()
    if word == "х":
        return "x"  # between the numbers of a calibre or a size
    if not word.isascii() and script in (LATIN, CYRILLIC):
        word = _one_script(word)
        script = script_of(word)
    if script == LATIN:
        if word.isascii():
            return word
        bare = (c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        return "".join(bare).replace("ı", "i").replace("ß", "ss").replace("ø", "o").replace("æ", "ae")
    if script == CYRILLIC:
        return word.replace("ё", "е")
    return word.translate(_ARABIC_FORMS) if script == ARABIC else word


def _kana(word: str) -> str:
    """One spelling for what katakana spell in two ways: モーター and モータ, ヴァイオリン and バイオリン."""
    return _LAST_LONG.sub("", _VU.sub(lambda vu: _V[vu[0]], word.translate(_LARGE_KANA)))


def _one_script(word: str) -> str:
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in word)
    latin = sum("a" <= c <= "z" for c in word)
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_LATIN if latin >= cyrillic else _TO_CYRILLIC)


_KATAKANA = re.compile("[\u30a1-\u30fe]")
_LARGE_KANA = str.maketrans("ァィゥェォャュョ", "アイウエオヤユヨ")
_V = {"ヴア": "バ", "ヴイ": "ビ", "ヴエ": "ベ", "ヴオ": "ボ", "ヴ": "ブ"}
_VU = re.compile("ヴ[アイエオ]?")
_LAST_LONG = re.compile("(?<=[\u30a1-\u30fe]{3})ー(?![\u30a1-\u30fe])")
_LOOKALIKES = ("авекмнорстухіїѕ", "abekmhopctyxiis")
_TO_LATIN = str.maketrans(*_LOOKALIKES)
_TO_CYRILLIC = str.maketrans("abekmhopctyx", "авекмнорстух")
# Letters that are one in many a dialect, Egyptian دهب for ذهب, and those of Persian, as some spell "چينز".
_ARABIC_FORMS = str.maketrans("أإآٱىةؤئذثظکیگچپڤژ", "ااااي" + "هوي" + "دتضكيكجبفز")

# The characters met most often; `characters.py` has the others.
_SIMPLER = SIMPLIFIED | str.maketrans(
    "車転転轉動電機器飛鐵鉄銅鋼錫鉛鎳錶時計銀礦鉱砂紙類絲繊維織絨氈毯皮貨馬魚蝦貝鮮凍乾穀麥麦豆煙菸葉酒藥薬療針筒書畫画雜誌遊戲戯"
    "軟體体遙遥軍艦船遊艇輪槍銃砲彈弾導裝装甲坦克戰戦鬥車庫場險険賃貸項鏈鍊環寶宝鑽珠飾龍晶璃鹽塩糖麵麺米飯奶茶咖油脂漁網"
    "廠產産業專專單双雙層樓樹橋線缆纜電腦脳顯示屏幕視頻視讯設備備組件壓縮泵閥閘濾發發電動發條製制造爐炉壺盤碗盃杯鍋刀鋸鑿鑽錘釘螺絲"
    "衣褲裙襪鞋帽圍巾傘箱袋錢夾氣汽輕軽越野摩托腳踏單騎運動鐘鈴鋼琴笛號鼓樂楽譜圖図樣樣標標準藝術術雕彫塑陶瓷瓷織錦綢緞綿棉麻"
    "羊絨羽絨驢馱幣獎牌賽艙載重貨櫃殼芯積體電路極體體燈灯燭爐烤麵包餅乾蘋果葡萄橘檸檬穀蔥蘿蔔薑薯蕷參参蟹鮑鱈鰻烏賊魷墨"
    "獵鋁鎢鈦鎂釩鑄鍛鋅亞亜熱關関雞鶏鴨豬縫潤潛讀読練習醫検檢測試験驗鏡開聲響鍵籠釣獣齒歯農収掃録錄剤劑國営區學証證鎖広廣臺墊縄繩帳儲貯鋒鈔鍍鏟鑵罐駕駛駱騾銹鉤鉗鋰鈷鉑鎊滑臘蠟蝋獻獅獸譯買賣売實実拋絡",
    "车转转转动电机器飞铁铁铜钢锡铅镍表时计银矿矿砂纸类丝纤维织绒毡毯皮货马鱼虾贝鲜冻干谷麦麦豆烟烟叶酒药药疗针筒书画画杂志游戏戏"
    "软体体遥遥军舰船游艇轮枪铳炮弹弹导装装甲坦克战战斗车库场险险赁贷项链链环宝宝钻珠饰龙晶璃盐盐糖面面米饭奶茶咖油脂渔网"
    "厂产产业专专单双双层楼树桥线缆缆电脑脑显示屏幕视频视讯设备备组件压缩泵阀闸滤发发电动发条制制造炉炉壶盘碗杯杯锅刀锯凿钻锤钉螺丝"
    "衣裤裙袜鞋帽围巾伞箱袋钱夹气汽轻轻越野摩托脚踏单骑运动钟铃钢琴笛号鼓乐乐谱图图样样标标准艺术术雕雕塑陶瓷瓷织锦绸缎绵棉麻"
    "羊绒羽绒驴驮币奖牌赛舱载重货柜壳芯积体电路极体体灯灯烛炉烤面包饼干苹果葡萄橘柠檬谷葱萝卜姜薯蓣参参蟹鲍鳕鳗乌贼鱿墨"
    "猎铝钨钛镁钒铸锻锌亚亚热关关鸡鸡鸭猪缝润潜读读练习医检检测试验验镜开声响键笼钓兽齿齿农收扫录录剂剂国营区学证证锁广广台垫绳绳帐储贮锋钞镀铲罐罐驾驶骆骡锈钩钳锂钴铂镑滑腊蜡蜡献狮兽译买卖卖实实抛络",
)
