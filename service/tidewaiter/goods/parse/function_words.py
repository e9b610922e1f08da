"""Words of the ten languages that carry no goods, and what each does to the words beside it."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """What a word that names no goods does to its sentence."""

    CONTENT = 0
    """An unknown word: it may be a thing this lexicon does not know."""
    AND = 1
    """Joins goods of one kind ("cars and trucks")."""
    SUCH_AS = 19
    """Joins what goes before and examples or parts of it ("toys such as cars")."""
    OR = 2
    """Joins them too, and "no cars or trucks" denies both."""
    OF = 3
    """What follows only tells more of what went before ("parts for cars")."""
    BREAK = 4
    """A verb or an adverb: what follows is another phrase."""
    ARTICLE = 5
    """Says nothing."""
    FOR = 6
    """What follows is what the thing is for ("a shampoo for cars"); an `OF` that never tells contents."""
    CLAIM = 7
    """What follows is what someone calls the thing ("declared as tools"): believed only if nothing else is named."""
    CLAIMED = 8
    """What stands before is only that (家具として申告)."""
    TRUTH = 9
    """What stands before was only that ("toys, in reality pistols"): worth a review, for this may be a lie, too."""
    LOOK = 10
    """What stands right before is only its look, taste or smell, or comes with it ("diamond pattern", ケース付き)."""
    LOOK_OF = 11
    """What follows is only that ("motif avion", "sabor fresa")."""
    LOOK_EITHER = 12
    """One or the other, by the language of the text ("style")."""
    WITHOUT = 13
    """All that follows in its phrase is not there ("without engine")."""
    NOT = 14
    """What follows right behind is not there or not meant ("no weapons", "не содержит оружия")."""
    INSTEAD = 15
    """The next thing is not there, whatever else is ("instead of fertiliser coal")."""
    LACK = 16
    """What stands right before is not there ("battery not included", エンジンなし)."""
    FREE = 17
    """`LACK` when a hyphen joins it to a word ("lead-free")."""
    CLOSE = 18
    """Ends what is denied: the thing itself comes next (不含发动机的游艇)."""
    NONE = 21
    """`LACK` behind a thing, `NOT` before one (оружия нет, нет оружия)."""
    PARTITIVE = 23
    """An `OF`; an `ARTICLE` where it comes first ("du vin, des fusils")."""
    AS = 22
    """A `BREAK` that may begin what something is declared as ("als Seife deklariert")."""
    DEED = 20
    """An unknown word that by its ending is something done, or who does it ("restoration", "nettoyage", "aerator"): a
    thing beside it is what it is done to."""


def _words(role: Role, language: str, words: str) -> list[tuple[str, str, Role]]:
    return [(language, word, role) for word in words.split()]


# Only words that are never goods in another of the languages when they stand alone, or whose goods are named by
# longer terms; Turkish "un" (flour), "su" (water) and "et" (meat) are given up to French and Spanish.
_PLAIN = (
    *_words(Role.AND, "en", "and & plus together along"),
    *_words(Role.SUCH_AS, "en", "incl including such_as e_g eg namely"),
    *_words(Role.OR, "en", "or"),
    *_words(
        Role.OF,
        "en",
        "of with from in by on under per to featuring containing contains contain made into onto "
        "at against inside w like resembling near via aboard beneath underneath behind among amid between amongst",
    ),
    *_words(Role.FOR, "en", "for about depicting showing"),
    *_words(
        Role.BREAK,
        "en",
        "is are was were be been being has have had will would may that which who whose when where "
        "said says gave given gives give sent sends delivered listed "
        "shipped presented donated bought sold arrived seized found riding driving seen then "
        "also while after before during but if than held told they he she it his her their its our "
        "your my this these those there we you please hidden concealed stashed stuffed revealed",
    ),
    *_words(Role.AS, "en", "as"),
    *_words(
        Role.ARTICLE,
        "en",
        "the a an some any all one two three four five six seven eight nine ten dozen several each other "
        "others various assorted misc only just",
    ),
    *_words(Role.AND, "fr", "et ainsi"),
    *_words(Role.SUCH_AS, "fr", "tels_que telles_que comprenant dont"),
    *_words(Role.OR, "fr", "ou"),
    *_words(
        Role.OF, "fr", "avec en dans sur par au aux chez à contenant contient contiennent sous derrière parmi entre"
    ),
    *_words(Role.PARTITIVE, "fr", "de du des d"),
    *_words(Role.FOR, "fr", "pour"),
    *_words(Role.BREAK, "fr", "est sont était ont été qui que où ce cette ces son sa ses leur"),
    *_words(Role.BREAK, "fr", "caché cachés cachée cachées dissimulé dissimulés dissimulée dissimulées"),
    *_words(Role.ARTICLE, "fr", "le la les l un une deux trois quatre cinq dix seulement uniquement également"),
    *_words(Role.AND, "de", "und sowie bzw u"),
    *_words(Role.SUCH_AS, "de", "wie z_B zB beispielsweise darunter inkl inklusive"),
    *_words(Role.OR, "de", "oder"),
    *_words(
        Role.OF,
        "de",
        "von vom mit aus zum zur zu im am auf bei beim ins ans nach per unter hinter zwischen unterm neben enthält "
        "enthalten",
    ),
    *_words(Role.FOR, "de", "für fuer fürs über"),
    *_words(Role.AS, "de", "als"),
    *_words(Role.BREAK, "de", "ist sind war wurde wurden wird werden hat haben dass auch sondern versteckt"),
    *_words(Role.ARTICLE, "de", "der die das den dem ein eine einer eines einem einen zwei drei vier fünf zehn nur"),
    *_words(Role.AND, "es", "y e u"),
    *_words(Role.SUCH_AS, "es", "tales_como por_ejemplo incluyendo incluido incluidos"),
    *_words(Role.OR, "es", "o"),
    *_words(Role.OF, "es", "de del con por al en sobre desde contiene contienen incluye incluyen hay bajo entre tras"),
    *_words(Role.FOR, "es", "para"),
    *_words(Role.BREAK, "es", "es son fue fueron ha han que como se su sus sino"),
    *_words(Role.BREAK, "es", "oculto oculta ocultos ocultas escondido escondida escondidos escondidas"),
    *_words(Role.ARTICLE, "es", "el los las uno una unos unas dos tres cuatro cinco diez solo sólo solamente"),
    *_words(Role.AND, "tr", "ve ile"),
    *_words(Role.OR, "tr", "veya"),
    *_words(Role.BREAK, "tr", "gizlenmiş saklanmış"),
    *_words(Role.ARTICLE, "tr", "için icin bir iki üç dört beş on adet tane sadece"),
    *_words(Role.AND, "ru", "и также плюс"),
    *_words(Role.BREAK, "ru", "а"),
    *_words(Role.SUCH_AS, "ru", "включая например в_том_числе"),
    *_words(Role.OR, "ru", "или"),
    *_words(
        Role.OF,
        "ru",
        "из с со от к под на в во по до при за у среди между внутри типа содержит содержат содержащий включает",
    ),
    *_words(Role.FOR, "ru", "для о об про"),
    *_words(Role.BREAK, "ru", "был была было были есть это как что который которая которые он она они его её их"),
    *_words(Role.BREAK, "ru", "спрятан спрятана спрятано спрятаны спрятанный спрятанное спрятанные скрытый скрытые"),
    *_words(Role.ARTICLE, "ru", "один одна два две три четыре пять десять шт штук штуки только"),
    *_words(Role.FOR, "ar", "لأجل خاصة خاص"),
    *_words(Role.AND, "ar", "و"),
    *_words(Role.OR, "ar", "أو او"),
    *_words(Role.OF, "ar", "من ل لل في مع على ضمن عن الى إلى مصنوعة مصنوع ذات تحتوي يحتوي تشمل يشمل"),
    *_words(Role.BREAK, "ar", "هو هي كان كانت التي الذي ان أن مخبأة مخبأ"),
    *_words(Role.ARTICLE, "ar", "عدد واحد اثنين ثلاثة"),
    *_words(Role.AND, "ko", "및 그리고"),
    *_words(Role.OR, "ko", "또는"),
    *_words(Role.BREAK, "ko", "숨긴 숨겨진"),
    *_words(Role.AND, "zh", "和 及 与 或 以及"),
    *_words(Role.BREAK, "zh", "藏于 隐藏在 夹藏"),
    *_words(Role.AND, "ja", "と や 及び および 又は または"),
)

_CLAIMS = (
    *_words(
        Role.CLAIM,
        "en",
        "declared described labelled labeled marked invoiced disguised manifested misdeclared "
        "mislabelled mislabeled misdescribed camouflaged so_called alleged allegedly purported purportedly supposedly "
        "ostensibly posing_as passed_off_as",
    ),
    *_words(Role.CLAIM, "fr", "déclaré déclarés déclarée déclarées étiqueté étiquetés soi_disant prétendu prétendus"),
    *_words(Role.CLAIMED, "en", "on_the_manifest on_manifest on_paper on_the_papers on_the_invoice"),
    *_words(
        Role.CLAIM,
        "en",
        "listed_as crated_as boxed_as booked_as billed_as packed_as entered_as invoiced_as passed_as registered_as "
        "manifest_says papers_say invoice_says paperwork_says",
    ),
    *_words(Role.CLAIM, "fr", "présenté_comme présentés_comme présentée_comme présentées_comme selon_le_manifeste"),
    *_words(
        Role.CLAIM, "fr", "inscrit_comme inscrits_comme inscrites_comme enregistré_comme facturé_comme facturés_comme"
    ),
    *_words(Role.CLAIM, "de", "laut_Papieren laut_Manifest laut_Rechnung laut_Frachtbrief laut_Ladeliste"),
    *_words(Role.CLAIM, "es", "según_manifiesto según_factura según_papeles"),
    *_words(Role.CLAIM, "es", "registrado_como facturado_como facturados_como consignado_como rotulado_como"),
    *_words(Role.CLAIM, "ru", "по_бумагам по_накладной под_названием оформлено_как оформлены_как"),
    *_words(Role.CLAIMED, "tr", "beyanlı beyanıyla adı_altında"),
    *_words(Role.CLAIM, "fr", "prétendument déguisé déguisés déguisée déguisées"),
    *_words(
        Role.CLAIM, "de", "deklariert deklarierte etikettiert angeblich angebliche angeblicher angebliches getarnt"
    ),
    *_words(Role.CLAIM, "de", "sogenannte sogenannter sogenannten sogenanntes vermeintlich vermeintliche"),
    *_words(Role.CLAIM, "es", "declarado declarada declarados declaradas etiquetado etiquetados supuesto supuesta"),
    *_words(Role.CLAIM, "es", "supuestos supuestas supuestamente disfrazado disfrazados disfrazada disfrazadas"),
    *_words(Role.CLAIM, "es", "bajo_la_apariencia_de"),
    *_words(Role.CLAIM, "ru", "видом заявлен заявлены заявлено задекларирован задекларированы задекларировано"),
    *_words(Role.CLAIM, "ru", "якобы так_называемый так_называемые замаскированные замаскирован по_документам"),
    *_words(Role.CLAIM, "tr", "sözde güya kargo_beyanı beyanı"),
    *_words(
        Role.CLAIM,
        "zh",
        "申报品名为 申报品名 申报为 伪报为 伪报 谎报为 申报名称 冒充 所谓 号称 名为 名义上 伪装成 伪装为",
    ),
    *_words(Role.CLAIM, "ja", "名目は 名目"),
    *_words(Role.CLAIM, "ko", "명목상 소위 이른바"),
    *_words(Role.CLAIM, "ar", "مصرح مصرحة يزعم المزعوم المزعومة على_أنه على_أنها"),
    *_words(Role.CLAIMED, "tr", "olarak_beyan olarak_gösterilen diye_gösterilen diye_beyan"),
    *_words(Role.CLAIMED, "ja", "として申告 と申告 と称して と称する と偽って"),
    *_words(Role.CLAIMED, "ko", "신고 신고된 위장한 위장하여 위장된"),
    *_words(Role.TRUTH, "en", "actually really in_fact in_reality in_truth turned_out turns_out found_to_be"),
    *_words(Role.TRUTH, "fr", "en_réalité en_fait réellement véritablement"),
    *_words(Role.TRUTH, "de", "tatsächlich in_wirklichkeit in_wahrheit eigentlich"),
    *_words(Role.TRUTH, "es", "en_realidad de_hecho realmente"),
    *_words(Role.TRUTH, "ru", "на_самом_деле на_деле в_действительности фактически оказалось оказались"),
    *_words(Role.TRUTH, "tr", "aslında gerçekte"),
    *_words(Role.TRUTH, "zh", "实际为 实际上 实际 实为 实则 其实 查获"),
    *_words(Role.TRUTH, "ja", "実際には 実際は 実は"),
    *_words(Role.TRUTH, "ko", "실제로는 실제로 실제는 사실은 사실"),
    *_words(Role.TRUTH, "ar", "في_الواقع في_الحقيقة فعليا"),
)

_DENIALS = (
    *_words(Role.WITHOUT, "en", "without w_o excluding excl except lacking free_of free_from"),
    *_words(Role.NOT, "en", "no not nor neither nil"),
    *_words(Role.INSTEAD, "en", "instead_of in_lieu_of"),
    *_words(Role.LACK, "en", "not_included not_incl not_supplied not_provided sold_separately excluded"),
    *_words(Role.FREE, "en", "free"),
    *_words(Role.WITHOUT, "fr", "sans excepté hormis sauf"),
    *_words(Role.NOT, "fr", "pas ni aucun aucune hors"),
    *_words(Role.INSTEAD, "fr", "au_lieu_de au_lieu_d"),
    *_words(Role.LACK, "fr", "non_compris non_comprise non_comprises non_inclus non_incluse non_fourni non_fournie"),
    *_words(Role.WITHOUT, "de", "ohne ausgenommen außer exkl"),
    *_words(Role.NOT, "de", "kein keine keinen keiner keinem nicht weder noch"),
    *_words(Role.INSTEAD, "de", "statt anstatt anstelle_von"),
    *_words(Role.LACK, "de", "nicht_enthalten nicht_inbegriffen nicht_inklusive nicht_im_lieferumfang fehlt fehlen"),
    *_words(Role.WITHOUT, "es", "sin excepto salvo"),
    *_words(Role.NOT, "es", "no ni ningún ninguna ninguno"),
    *_words(Role.INSTEAD, "es", "en_lugar_de en_vez_de"),
    *_words(Role.LACK, "es", "no_incluido no_incluida no_incluidos no_incluidas"),
    *_words(Role.LACK, "tr", "hariç yok değil dahil_değil içermez içermeyen bulunmaz olmadan olmayan yerine"),
    *_words(Role.WITHOUT, "ru", "без кроме исключая за_исключением"),
    *_words(Role.NOT, "ru", "не ни"),
    *_words(Role.INSTEAD, "ru", "вместо взамен"),
    *_words(Role.NONE, "ru", "нет"),
    *_words(Role.LACK, "ru", "исключены не_входит не_входят отсутствует отсутствуют не_включены не_включен"),
    *_words(Role.WITHOUT, "ar", "بدون بلا دون خالي خالية خال باستثناء ما_عدا"),
    *_words(Role.NOT, "ar", "لا ولا ليس ليست غير"),
    *_words(Role.INSTEAD, "ar", "بدلا_من بدل"),
    *_words(Role.WITHOUT, "zh", "不含有 不含 不包括 不包含 不带 不附 没有 并无 不是 并非 除了"),
    *_words(Role.INSTEAD, "zh", "而不是 而非"),
    *_words(Role.LACK, "zh", "除外 另购 另售"),
    *_words(
        Role.LACK,
        "ja",
        "なし 無し 含まない 含まず 含みません 別売 別売り 付属しません 付属しない 含まれていません "
        "含まれません 含まれない 不使用 を除く ではない ではありません 抜き の代わりに",
    ),
    *_words(Role.LACK, "ko", "없음 없는 대신 미포함 비포함 불포함 제외 아님 아닌 포함되지_않음 포함하지_않음"),
)

_LOOKS = (
    *_words(
        Role.LOOK,
        "en",
        "pattern patterned print shaped shape style styled theme themed scented scent flavoured flavored "
        "flavour flavor effect finish look coloured colored motif design aroma flavours flavors logo emblem "
        "branding branded livery",
    ),
    *_words(Role.LOOK, "tr", "desenli görünümlü efektli renkli aromalı şeklinde baskılı kokulu temalı tadında desen"),
    *_words(Role.LOOK, "tr", "resimli figürlü biçiminde nakışlı logolu"),
    *_words(
        Role.LOOK, "ko", "무늬 모양 맛 향 스타일 프린트 디자인 포함 패턴 그림 느낌 자수 로고 장착 탑재 부착 함유 첨가"
    ),
    *_words(Role.LOOK, "zh", "图案 造型 口味 香型 风格 印花 花纹 味 样式 形状 外形"),
    *_words(Role.LOOK, "ja", "付き 入り 柄 模様 風味 味 の香り の味 風 調 デザイン 絵柄 プリント"),
    *_words(Role.LOOK_OF, "fr", "motif motifs imprimé imprimée goût saveur façon teinte coloris couleur style effet"),
    *_words(Role.LOOK_OF, "fr", "senteur image imitation"),
    *_words(Role.LOOK, "de", "Design Print Optik"),
    *_words(Role.LOOK_OF, "de", "Motiv Motive Muster Farbton Farbe Aufdruck Geschmack Geschmacksrichtung"),
    *_words(Role.LOOK_OF, "es", "motivo motivos estampado estampada sabor color colores efecto forma imagen dibujo"),
    *_words(Role.LOOK_OF, "es", "aroma imitación"),
    *_words(Role.LOOK_OF, "ru", "вкусом ароматом форме рисунком принтом принт узором цвета виде запахом изображением"),
    *_words(Role.LOOK_OF, "ar", "بنكهة برائحة بطعم بلون برسمة برسم بشكل شكل هيئة بنقشة بتصميم بطبعة نقشة رسمة صورة"),
    *_words(Role.LOOK_OF, "zh", "印有"),
)

FUNCTION_WORDS: tuple[tuple[str, str, Role], ...] = (*_DENIALS, *_CLAIMS, *_PLAIN, *_LOOKS)
"""Language, word and role; a word of several parts is joined by underscores. The first role of a spelling counts."""
