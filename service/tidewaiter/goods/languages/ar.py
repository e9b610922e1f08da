"""Arabic. The article, "and" and short prepositions are written together with the word behind them."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.languages.stemming import endings, stripped

_PREFIXES = ("وال", "بال", "كال", "فال", "ال", "لل")
_ENDINGS = endings("يات ات ين ون ان ية يه ه ي")


def _stem(word: str) -> str:
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            word = word[len(prefix) :]
            break
    return stripped(word, _ENDINGS, shortest=3)


_WITH_ARTICLE = {"وال": WordRole.AND, "بال": WordRole.OF, "لل": WordRole.FOR}


LANGUAGE = Language(
    code="ar",
    name="Arabic",
    script=Script.ARABIC,
    precedence=9,
    head_first=True,
    stem=_stem,
    clitics={**_WITH_ARTICLE, "و": WordRole.AND, "ل": WordRole.FOR, "ب": WordRole.OF, "ك": WordRole.OF},
    clitics_of_known=_WITH_ARTICLE,
    roles={
        WordRole.ARTICLE: words("عدد واحد اثنين ثلاثة"),
        WordRole.AND: words("و"),
        WordRole.OR: words("أو او"),
        WordRole.OF: words("من ل لل في مع على ضمن عن الى إلى مصنوعة مصنوع ذات تحتوي يحتوي تشمل يشمل"),
        WordRole.FOR: words("لأجل خاصة خاص"),
        WordRole.BREAK: words("هو هي كان كانت التي الذي ان أن مخبأة مخبأ"),
        WordRole.WITHOUT: words("بدون بلا دون خالي خالية خال باستثناء ما_عدا"),
        WordRole.NOT: words("لا ولا ليس ليست غير"),
        WordRole.INSTEAD: words("بدلا_من بدل"),
        WordRole.CLAIM: words("مصرح مصرحة يزعم المزعوم المزعومة على_أنه على_أنها"),
        WordRole.IN_REALITY: words("في_الواقع في_الحقيقة فعليا"),
        WordRole.LOOK_OF: words("بنكهة برائحة بطعم بلون برسمة برسم بشكل شكل هيئة بنقشة بتصميم بطبعة نقشة رسمة صورة"),
    },
    amounts=AmountWords(
        units={
            "pcs": words("قطعة قطع وحدة وحدات"),
            "pair": words("زوج أزواج"),
            "kg": words("كغ كجم كيلو كيلوغرام"),
            "t": words("طن أطنان"),
            "l": words("لتر لترات"),
            "gal": words("جالون"),
            "m3": words("متر_مكعب"),
            "bbl": words("برميل براميل"),
        },
        currencies={
            "USD": words("دولار دولارات"),
            "EUR": words("يورو"),
            "RUB": words("روبل"),
            "JPY": words("ين"),
            "AED": words("درهم"),
        },
        multipliers={"ألف": 1_000, "مليون": 1_000_000},
        price=words("القيمة قيمة بقيمة السعر سعر بسعر الوحدة للقطعة للوحدة الكمية كمية إجمالي الإجمالي المجموع"),
        piece=words("الوحدة للقطعة للوحدة"),
        total=words("إجمالي الإجمالي المجموع"),
        inside=words("مع في بدون يحتوي تحتوي"),
        packages=words("صندوق صناديق كرتون كرتونة علبة علب كيس أكياس زجاجة دزينة"),
        other_money=words("شحن الشحن تأمين التأمين دفعة عربون خصم ضريبة رسوم شهر إيجار أكثر أقل حوالي تقريبا"),
        conjunctions=words("و"),
        per=words("لكل"),
        pieces=words("قطعة وحدة"),
        thousand_or_point=words("طن كغ كجم"),
    ),
)
