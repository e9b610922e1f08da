"""What the legal form of a firm says of it: Powell PLC is not POWELL FZE."""

from __future__ import annotations

LEGAL_KINDS = {
    word: kind
    for kind, words in {
        "limited": (
            "llc ltd limited liability gmbh mbh beschrankter haftung ug sarl limitee srl srls limitata sl slu bv "
            "bvba besloten doo dooel ood eood kft sro spzoo zoo ooo ogranichennoy ogranichennoi obmezhenoyu tov "
            "tzov toov too pte pty pvt ltda limitada eirl sti sdn bhd berhad fze fzco fzc fzllc dmcc dwc wll tnhh"
        ),
        "stock": (
            "jsc ojsc cjsc pjsc stock oao zao pao ao nao prat pat zat vat aktsionernoe aktsionerne sa anonyme "
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
        "Slavic": "doo dooel ood eood ad ead",
        "Czechia": "sro",
        "Hungary": "kft zrt nyrt",
        "Scandinavia": "as asa ab oy oyj aps",
        "Asia": "pte sdn bhd berhad tbk kk kabushiki tnhh",
        "India": "pvt",
        "Brazil": "ltda limitada",
    }.items()
    for word in words.split()
}
"""Legal words of one country or region; most of the others are used in translation too."""
