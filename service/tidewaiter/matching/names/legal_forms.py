"""What the legal form of a firm says of it: Powell PLC is not POWELL FZE."""

from __future__ import annotations

from collections.abc import Sequence

LEGAL_KINDS = {
    word: kind
    for kind, words in {
        "limited": (
            "llc ltd limited liability gmbh mbh beschrankter haftung ug sarl limitee srl srls limitata sl slu bv "
            "bvba besloten doo dooel ood eood kft sro spzoo zoo ooo ogranichennoy ogranichennoi obmezhenoyu tov "
            "tzov toov too taa zhshs pte pty pvt ltda limitada eirl sti sdn bhd berhad fze fzco fzc fzllc dmcc dwc wll "
            "tnhh"
        ),
        "stock": (
            "jsc ojsc cjsc pjsc stock oao zao pao ao nao aat dd prat pat zat vat aktsionernoe aktsionerne sa anonyme "
            "anonima spa azioni ag aktiengesellschaft nv naamloze plc inc incorporated as asa anonim ab oyj kk "
            "kabushiki tbk saog saoc zrt nyrt ad ead psc ksc"
        ),
        "firm": "company co corp corporation companies cia comp est",
    }.items()
    for word in words.split()
}
"""Legal words that say whether a firm is one of shares that are traded; a company may be either."""
LEGAL_HOMES = {
    word: home
    for home, words in {
        "Arabia": "fze fzco fzc fzllc dmcc dwc wll saog saoc ksc",
        "Britain": "plc",
        "America": "inc incorporated",
        "Germany": "gmbh mbh beschrankter haftung ug ag aktiengesellschaft",
        "France": "sarl limitee sas",
        "Netherlands": "bv bvba besloten nv naamloze",
        "Italy": "srl srls spa azioni limitata",
        "Spain": "sl slu",
        "Poland": "spzoo zoo",
        "Slavic": "doo dooel dd ood eood ad ead",
        "Russia": "ooo oao zao pao nao fgup gup mup fkp",
        "Ukraine": "tov tzov prat zat vat",
        "Belarus": "taa aat rup",
        "Kazakhstan": "too zhshs",
        "Turkey": "sti sirketi",
        "Czechia": "sro",
        "Hungary": "kft zrt nyrt",
        "Scandinavia": "asa ab oy oyj aps",
        # Of Norway, Estonia and Latvia, with full stops of Turkey, Czechia and Slovakia.
        "shares": "as",
        "Asia": "pte sdn bhd berhad tbk kk kabushiki tnhh",
        "India": "pvt",
        "Brazil": "ltda limitada",
    }.items()
    for word in words.split()
}
"""Legal words of one country or region; most of the others are used in translation too."""
COUNTRIES_OF_HOME = {
    home: frozenset(countries.split())
    for home, countries in {
        "Arabia": "AE SA QA KW OM BH YE JO",
        "Britain": "GB IE GI JE GG IM CY MT NG GH KE IN PK BD LK",
        "America": "US CA PH JP TW KR LR MH PA",
        "Germany": "DE AT CH LI",
        "France": "FR BE LU CH MC MA DZ TN LB SN CI ML CM CG CD BF NE TG BJ GA GN MG DJ",
        "Netherlands": "NL BE CW AW SX SR ID",
        "Italy": "IT SM CH RO MD",
        "Spain": "ES",
        "Poland": "PL",
        "Slavic": "HR SI RS BA ME MK BG XK",
        "Russia": "RU BY KZ KG UZ TJ TM AM AZ GE MD UA",
        "Ukraine": "UA RU",
        "Belarus": "BY",
        "Kazakhstan": "KZ RU",
        "Turkey": "TR CY",
        "Czechia": "CZ SK",
        "Hungary": "HU",
        "Scandinavia": "SE FI DK NO",
        "shares": "NO SE DK EE LV TR CZ SK",
        "Asia": "SG MY ID BN JP VN HK",
        "India": "IN PK BD LK NP",
        "Brazil": "BR PT AO MZ CO PY BO CL CR EC PE MX PA",
    }.items()
}
"""The countries (ISO 3166 alpha-2) whose firms have such a legal form."""


def are_abroad(home: str, countries: Sequence[str]) -> bool:
    """Whether a legal form is of none of a party's countries, as far as both are known."""
    return bool(home and countries) and COUNTRIES_OF_HOME[home].isdisjoint(countries)
