"""German. Nouns are joined in one word."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.languages.stemming import endings, stripped

_ENDINGS = endings("innen ern en er es em e n s")


def _stem(word: str) -> str:
    word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u") if len(word) > 4 else word
    return stripped(word, _ENDINGS, shortest=4)


LANGUAGE = Language(
    code="de",
    name="German",
    script=Script.LATIN,
    precedence=7,
    stem=_stem,
    shortest_stem=5,
    compounds=True,
    activities=words("ung ungen"),
    roles={
        WordRole.ARTICLE: words("der die das den dem ein eine einer eines einem einen zwei drei vier fünf zehn nur"),
        WordRole.AND: words("und sowie bzw u"),
        WordRole.OR: words("oder"),
        WordRole.SUCH_AS: words("wie z_B zB beispielsweise darunter inkl inklusive"),
        WordRole.OF: words(
            "von vom mit aus zum zur zu im am auf bei beim ins ans nach per unter hinter zwischen unterm neben "
            "enthält enthalten"
        ),
        WordRole.FOR: words("für fuer fürs über"),
        WordRole.BREAK: words("ist sind war wurde wurden wird werden hat haben dass auch sondern versteckt"),
        WordRole.AS: words("als"),
        WordRole.WITHOUT: words("ohne ausgenommen außer exkl"),
        WordRole.NOT: words("kein keine keinen keiner keinem nicht weder noch"),
        WordRole.INSTEAD: words("statt anstatt anstelle_von"),
        WordRole.MISSING: words("nicht_enthalten nicht_inbegriffen nicht_inklusive nicht_im_lieferumfang fehlt fehlen"),
        WordRole.CLAIM: words(
            "laut_Papieren laut_Manifest laut_Rechnung laut_Frachtbrief laut_Ladeliste deklariert deklarierte "
            "etikettiert angeblich angebliche angeblicher angebliches getarnt sogenannte sogenannter sogenannten "
            "sogenanntes vermeintlich vermeintliche"
        ),
        WordRole.IN_REALITY: words("tatsächlich in_wirklichkeit in_wahrheit eigentlich"),
        WordRole.LOOK: words("Design Print Optik"),
        WordRole.LOOK_OF: words("Motiv Motive Muster Farbton Farbe Aufdruck Geschmack Geschmacksrichtung"),
    },
    amounts=AmountWords(
        units={
            "pcs": words("stück stk st"),
            "pair": words("paar"),
            "kg": words("kilogramm"),
            "t": words("tonnen"),
            "bbl": words("fass"),
        },
        currencies={
            "CHF": words("franken"),
        },
        multipliers={"millionen": 1_000_000},
        price=words(
            "wert preis stückpreis im von zu zum je à gesamtwert gesamtpreis gesamt menge anzahl stückzahl insgesamt "
            "einzelpreis"
        ),
        piece=words("stückpreis einzelpreis je"),
        total=words("insgesamt gesamtwert gesamtpreis gesamt"),
        before_total=words("im"),
        inside=words("mit ohne inkl inklusive für im samt"),
        packages=words(
            "karton kartons schachtel kiste kisten packung packungen sack säcke flasche flaschen dutzend pro"
        ),
        other_money=words(
            "fracht versand porto versicherung anzahlung rabatt zoll steuer mwst gebühr monat miete ab über unter bis "
            "etwa rund mindestens höchstens"
        ),
        conjunctions=words("und"),
        per=words("pro"),
        a_piece=words("je"),
        pieces=words("stück stk"),
    ),
)
