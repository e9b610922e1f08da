"""Russian."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.languages.stemming import endings, stripped

_ENDINGS = endings(
    "иями ями ами ого его ому ему ыми ими иях иям ией "
    "ов ев ей ах ях ам ям ом ем ой ою ею ый ий ая яя ое ее ые ие ым им ых их ую юю ия ии ию "
    "а я о е ы и у ю ь й"
)


def _stem(word: str) -> str:
    stem = stripped(word, _ENDINGS, shortest=3)
    # "перчаток" and "перчатки" differ by a vowel that comes and goes.
    if len(stem) > 4 and stem.endswith(("ок", "ек")):
        stem = stem[:-2] + "к"
    # "автобусный" and "автобусных" meet; "ванна" and "ванн" too.
    return stem[:-1] if len(stem) > 4 and stem[-1] == stem[-2] else stem


LANGUAGE = Language(
    code="ru",
    name="Russian",
    script=Script.CYRILLIC,
    precedence=2,
    head_first=True,
    activity_takes_object=True,
    stem=_stem,
    plurals=words("и ы"),
    activities=words("ние ния ция ции"),
    roles={
        WordRole.ARTICLE: words("один одна два две три четыре пять десять шт штук штуки только"),
        WordRole.AND: words("и также плюс"),
        WordRole.OR: words("или"),
        WordRole.SUCH_AS: words("включая например в_том_числе"),
        WordRole.OF: words(
            "из с со от к под на в во по до при за у среди между внутри типа содержит содержат содержащий включает"
        ),
        WordRole.FOR: words("для о об про"),
        WordRole.BREAK: words(
            "а был была было были есть это как что который которая которые он она они его её их спрятан спрятана "
            "спрятано спрятаны спрятанный спрятанное спрятанные скрытый скрытые"
        ),
        WordRole.WITHOUT: words("без кроме исключая за_исключением"),
        WordRole.NOT: words("не ни"),
        WordRole.INSTEAD: words("вместо взамен"),
        WordRole.MISSING: words("исключены не_входит не_входят отсутствует отсутствуют не_включены не_включен"),
        WordRole.NONE: words("нет"),
        WordRole.CLAIM: words(
            "по_бумагам по_накладной под_названием оформлено_как оформлены_как видом заявлен заявлены заявлено "
            "задекларирован задекларированы задекларировано якобы так_называемый так_называемые замаскированные "
            "замаскирован по_документам"
        ),
        WordRole.IN_REALITY: words("на_самом_деле на_деле в_действительности фактически оказалось оказались"),
        WordRole.LOOK_OF: words("вкусом ароматом форме рисунком принтом принт узором цвета виде запахом изображением"),
    },
    amounts=AmountWords(
        units={
            "pcs": words("шт штук штука штуки ед единиц единица единицы"),
            "pair": words("пар пара пары"),
            "kg": words("кг килограмм"),
            "t": words("т тонн тонна тонны"),
            "l": words("л литр литра литров"),
            "gal": words("галлон галлонов галлона"),
            "m3": words("куб_м"),
            "bbl": words("барр баррель баррелей барреля"),
        },
        currencies={
            "USD": words("долл долл_сша долл._сша доллар доллара долларов долларов_сша доллара_сша"),
            "EUR": words("евро"),
            "GBP": words("фунт фунтов"),
            "RUB": words("руб рубль рублей рубля"),
            "CNY": words("юаней юань юаня"),
            "JPY": words("иен иены"),
            "TRY": words("лир"),
            "CHF": words("франков"),
        },
        multipliers={"тыс": 1_000, "тысяч": 1_000, "млн": 1_000_000, "миллион": 1_000_000, "миллионов": 1_000_000},
        price=words(
            "стоимость стоимостью цена ценой цене сумма сумму общая общей на по за всего итого кол-во количество "
            "каждый каждая каждые ед"
        ),
        piece=words("по каждый каждая каждые"),
        total=words("всего итого общая общей"),
        inside=words("с со в для без из-под вкл включая комплект"),
        packages=words(
            "коробка коробки коробок коробке ящик ящика ящиков упаковка упаковки упаковок упаковке уп мешок мешков "
            "бочка бочек поддон паллет дюжина дюжин"
        ),
        other_money=words(
            "фрахт доставка доставкой страховка страхование аванс предоплата депозит скидка скидкой пошлина налог ндс "
            "сбор месяц аренда от до свыше более менее около примерно ориентировочно"
        ),
        conjunctions=words("и"),
        per=words("за"),
        pieces=words("шт штуку единицу ед"),
        thousand_or_point=words("кг т"),
        portions=words("бочк* бочек цистерн* канистр*"),
    ),
)
