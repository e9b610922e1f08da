"""Words of which the names of organisations are made, in other scripts: завод is a plant, 工厂 a factory.

Every word becomes the English one that lists use for it. Where a language inflects, the beginning of the word stands
here. Such words tell little by themselves; what matters is that they agree, and leave nothing over.
"""

from __future__ import annotations

import re
from functools import lru_cache

from service.matching.text import words

_SHORTEST_STEM = 4
_ENDING = re.compile(
    # Of Slavic and Greek nouns and adjectives.
    r"(?:n|sk|tel)?(?:i?y|yy|ii|aya|aia|oe|oye|ogo|oy|[iy]e|y?kh|ikh|[ioy]m|[aueo]|i?y?[aeuio]|iyi|iyu|ey|[oe]v|"
    r"[oeai]s|on|oi|ous?|is|eis|ias|eias|as|s)?"
)
_LONGEST_ENDING = 7
_INFLECTED = """
bank: банк банкаўск τραπεζ|company: компани кампані компані εταιρ
enterprise: предприяти прадпрыемств підприємств επιχειρησ|group: групп груп группа ομιλ ομαδα
corporation: корпораци карпарац|holding: холдинг|concern: концерн канцэрн
association: объединени аб'яднанн об'єднанн ассоциаци ενωσ συνδεσμ|institute: институт інстытут інститут ινστιτουτ
center: центр цэнтр κεντρ|bureau: бюро|office: офис γραφει|plant: завод комбинат камбінат εργοστασι|factory: фабрик
shipyard: верф судоверф ναυπηγ|design: конструктор канструктар проектн|scientific: научн навуков науков επιστημον
research: исследовательск даследч дослідн ερευν|production: производствен вытворч виробнич παραγωγ
industry: промышлен прамыслов промислов индустри βιομηχαν|repair: ремонт рамонт
aviation: авиацион авіяцыйн авиа αεροπορ|aircraft: авиастроительн самолет|helicopter: вертолет верталёт
shipbuilding: судостроительн кораблестроительн|mechanical: механическ механічн
machine: машиностроительн машинабудаўнічн|radio: радио радыё|electronic: электрон ηλεκτρον
electric: электрическ электротехническ ηλεκτρικ|instrument: приборостроени прыбор
technology: технологи технологическ тэхнал τεχνολογ|technical: техническ тэхнічн технічн τεχνικ
chemical: химическ хімічн χημικ|metallurgical: металлургическ металургічн|automobile: автомобильн аўтамабільн
transport: транспорт перевоз μεταφορ|shipping: судоход пароход ναυτιλ|trading: торгов гандлёв торгівел εμπορ
commercial: коммерческ камерцыйн комерційн|financial: финансов фінансав φινανσ
investment: инвестицион інвестыцыйн επενδυ|insurance: страхов страхав ασφαλιστ|credit: кредит крэдыт πιστωτ
capital: капитал|development: развити разработ развіцц ανάπτυξ|construction: строитель будаўнічы будівельн κατασκευ
engineering: инженер инжиниринг інжынір|energy: энерг энерджи ενεργει|oil: нефт нафт πετρελαι|gas: газов
security: безопасност бяспек безпек ασφαλει|defense: оборон абарон αμυν|military: воен войсков ваенн військов στρατιωτ
army: арми арміі στρατ|forces: силы δυναμε|guard: гварди φρουρ|unit: часть часці|special: специальн спецыяльн ειδικ
state: государствен дзяржаўн державн κρατικ|federal: федеральн федэральн|federation: федераци ομοσπονδ
republic: республик рэспублік δημοκρατι|republican: республиканск|national: национальн нацыянальн національн εθνικ
international: международн міжнародн διεθν|public: общественн грамадск громадськ δημοσι|private: частн прыватн ιδιωτικ
central: централь цэнтральн κεντρικ|main: главн галоўн головн|general: генеральн γενικ|joint: совместн сумесн
united: объединенн|ministry: министерств міністэрств міністерств υπουργει|agency: агентств агенцтв πρακτορει υπηρεσι
committee: комитет камітэт επιτροπ|council: совет савет рада συμβουλι
administration: администраци адміністрацы διοικησ|department: департамент дэпартамент
directorate: управлени дирекци διευθυνσ|commission: комисси камісі|party: парти партыя κομμα
movement: движени рух κινημα|front: фронт μετωπ|union: союз саюз σωματει|foundation: фонд ιδρυμα|fund: фонда
organization: организаци арганізац οργανωσ|society: общество таварыств товариств
university: университет універсітэт πανεπιστημι|school: школ σχολ|academy: академи ακαδημ|museum: музей|house: дом
system: систем сістэм συστημ|communication: связи сувяз зв'язк επικοινων|information: информац ενημερωσ|media: медиа
service: сервис служб|logistics: логисти|management: менеджмент кіраванн διαχειρ|market: рынок|exchange: бирж обмен
nuclear: атомн ядерн πυρηνικ|space: космическ|missile: ракет πυραυλ|weapon: оружи οπλ|peoples: народн λαϊκ
democratic: демократическ δημοκρατικ|islamic: исламск ισλαμ|revolutionary: революцион επαναστατ
liberation: освобожд απελευθερω|russian: русск российск расійск ρωσικ|belarusian: белорусск беларуск λευκορωσ
moscow: московск|all: всероссийск|named: имени імя|black: черноморск|sea: морск морьск θαλασσ|new: нов|first: перв
youth: молодеж юнош|film: фильм|television: телевиз тэлевізій τηλεορασ|railway: железнодорожн чыгунач|road: дорож
port: порт λιμεν|airport: аэропорт|airline: авиакомпани авіякампані|travel: ταξιδι
"""
_WHOLE = """
bank: بنك مصرف بانک|company: شركة شرکت|group: مجموعة گروه|industry: صناعات الصناعات صنایع الصناعية صنعتی
trading: تجارة التجارية تجاری تجارت بازرگانی|general: عامة العامة|international: الدولية دولي بین‌المللی
transport: نقل للنقل حمل|shipping: ملاحة للملاحة کشتیرانی|exchange: صرافة للصرافة صرافی
organization: منظمة تنظيم تنظیم سازمان organização|foundation: مؤسسة بنیاد|association: جمعية انجمن|center: مركز مرکز
institute: معهد المعهد پژوهشگاه|university: جامعة دانشگاه|ministry: وزارة وزارت|research: تحقیقات أبحاث بحوث
office: مكتب دفتر|army: جيش ارتش|forces: قوات نیروهای|islamic: اسلامية الإسلامية اسلامی الاسلامي الاسلامية
state: دولة الدولة|council: مجلس شورای|committee: لجنة کمیته|party: حزب|front: جبهة جبهه|movement: حركة
network: شبكة شبکه|construction: إنشاءات للإنشاءات ساختمانی|investment: استثمار للاستثمار سرمایه‌گذاری
engineering: هندسية مهندسی|oil: نفط نفت|gas: غاز گاز|energy: انرژی|chemical: شیمیایی|electronic: الکترونیک
technology: تكنولوجيا فناوری|national: وطنية ملی|development: تنمية توسعه|services: خدمات|limited: المحدودة لمتد
military: نظامی|defense: دفاع|aviation: طيران هوایی هواپیمایی|marine: دریایی|import: استيراد|export: تصدير
factory: مصنع کارخانه|agency: وكالة آژانس
"""
_WITHOUT_SPACES = """
bank: 银行 銀行 은행|company: 公司 会社 會社 회사|group: 集团 集團 그룹
trading: 贸易 貿易 商贸 商貿 무역 トレーディング|international: 国际 國際 국제
shipping: 船务 船務 航运 航運 海运 海運 해운|technology: 科技 技术 技術 기술|electronic: 电子 電子 전자
industry: 工业 工業 实业 實業 産業 产业 產業 공업 산업|machinery: 机械 機械 기계|import: 进口 進口|export: 出口 수출
import export: 进出口 進出口 输出入|investment: 投资 投資 투자|development: 开发 開發 发展 發展 개발
construction: 建设 建設 建筑 건설|engineering: 工程|chemical: 化工 化学 化學 화학|energy: 能源 에너지
petroleum: 石油 석유|logistics: 物流|transport: 运输 運輸 운송|supply chain: 供应链 供應鏈|management: 管理
service: 服务 服務 봉사|university: 大学 大學 대학|institute: 研究所 研究院 연구소|center: 中心 센터|bureau: 局
general: 总|factory: 工厂 工廠 공장|insurance: 保险 保險 보험|aviation: 航空 항공|semiconductor: 半导体 半導體
precision: 精密|instrument: 仪器 儀器|information: 信息 資訊 정보|communication: 通信 通讯 통신|material: 材料
metal: 金属 金屬|development bank: 개발은행|hong kong: 香港|china: 中国 中國 중국
korea: 朝鲜 朝鮮 조선|shanghai: 上海|beijing: 北京|shenzhen: 深圳|guangzhou: 广州 廣州|dalian: 大连 大連
dandong: 丹东 丹東|limited: 有限 유한|foreign trade: 대외무역
company limited: 股份有限公司 有限责任公司 有限責任公司 有限公司 有限會社 株式会社 주식회사 유한회사|peoples: 인민
force: 무력
"""


def _rows(table: str) -> list[tuple[str, str]]:
    """Each word of a language with the English one."""
    parted = (row.partition(":") for row in table.replace("\n", "|").split("|") if row)
    return [(word, english.strip()) for english, _, others in parted for word in others.split()]


_STEMS = {words(stem)[0]: english for stem, english in _rows(_INFLECTED) if len(words(stem)) == 1}
_WORDS = {words(word)[0]: english for word, english in _rows(_WHOLE) if len(words(word)) == 1}
_SYLLABLES = dict(_rows(_WITHOUT_SPACES))
_IN_SYLLABLES = re.compile("|".join(sorted(_SYLLABLES, key=len, reverse=True)))
_OF_A_PLACE = re.compile(r"sk(?:iy|ii|ij|yi|yy|y|aya|aia|oe|oye|ogo|oy|ie|ikh|im|om|uyu)$")


def in_english(name: str) -> str:
    """`name` with the words of languages that write without spaces in English."""
    return _IN_SYLLABLES.sub(lambda found: f" {_SYLLABLES[found[0]]} ", name)


@lru_cache(maxsize=100_000)
def english_word(word: str) -> str:
    """The English word for one as `text.words` gives it, itself when it is none of these: `chelyabinsk` for the
    adjective `chelyabinskiy`."""
    if (known := _WORDS.get(word)) is not None:
        return known
    for size in range(len(word), max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING) - 1, -1):
        if (known := _STEMS.get(word[:size])) is not None and _ENDING.fullmatch(word, size):
            return known
    return _OF_A_PLACE.sub("sk", word) if "sk" in word else word
