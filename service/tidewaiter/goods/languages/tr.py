"""Turkish."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, Words, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.languages.stemming import endings, stripped

_ENDINGS = endings(
    "larindan lerinden larinda lerinde larinin lerinin larina lerine lari leri lar ler sinin sunun inin unun nin nun "
    "sini sunu si su in un dan den tan ten da de yi yu ni nu i u a e"
)
_MORE_ENDINGS = endings("lar ler si su i u")
_HARD = {"g": "k", "b": "p", "d": "t"}


def _stem(word: str) -> str:
    stem = word
    for ending in _ENDINGS.get(word[-1:], ()):
        rest = word[: -len(ending)]
        # A suffix that begins with a linking consonant follows a vowel: "arabası", but "şampuan-ı".
        if word.endswith(ending) and len(rest) >= 3 and (ending[0] not in "nsy" or rest[-1] in "aeiou"):
            stem = rest
            break
    stem = stripped(stem, _MORE_ENDINGS, shortest=4)
    return stem[:-1] + _HARD.get(stem[-1], stem[-1]) if len(stem) > 3 else stem


def _inflected(word: str) -> Words:
    # "şampuanı" loses "nı" as "arabanı" does, though the n is the word's own.
    return (word, word + "i", word + "u", word + "a") if word[-1:] in "nsy" else (word,)


LANGUAGE = Language(
    code="tr",
    name="Turkish",
    script=Script.LATIN,
    precedence=10,
    service_last=True,
    stem=_stem,
    shortest_stem=5,
    inflected=_inflected,
    plurals=words("lar ler ları leri"),
    roles={
        WordRole.ARTICLE: words("için icin bir iki üç dört beş on adet tane sadece"),
        WordRole.AND: words("ve ile"),
        WordRole.OR: words("veya"),
        WordRole.BREAK: words("gizlenmiş saklanmış"),
        WordRole.MISSING: words("hariç yok değil dahil_değil içermez içermeyen bulunmaz olmadan olmayan yerine"),
        WordRole.CLAIM: words("sözde güya kargo_beyanı beyanı"),
        WordRole.CLAIMED: words(
            "beyanlı beyanıyla adı_altında olarak_beyan olarak_gösterilen diye_gösterilen diye_beyan"
        ),
        WordRole.IN_REALITY: words("aslında gerçekte"),
        WordRole.LOOK: words(
            "desenli görünümlü efektli renkli aromalı şeklinde baskılı kokulu temalı tadında desen resimli figürlü "
            "biçiminde nakışlı logolu"
        ),
    },
    amounts=AmountWords(
        units={
            "pcs": words("adet tane parça"),
            "pair": words("çift"),
            "l": words("lt"),
            "m3": words("metreküp"),
            "bbl": words("varil"),
        },
        currencies={
            "USD": words("dolar abd_doları"),
            "EUR": words("avro"),
            "TRY": words("lira türk_lirası"),
        },
        multipliers={"bin": 1_000, "milyon": 1_000_000},
        price=words("değer değeri değerinde fiyat fiyatı birim toplam miktar miktarı tanesi tutar tutarı adedi"),
        piece=words("birim tanesi adedi"),
        total=words("toplam"),
        inside=words("ile için içinde dahil"),
        packages=words("kutu koli paket çuval şişe düzine sandık"),
        other_money=words(
            "navlun kargo sigorta kapora avans indirim vergi kdv ay kira fazla az yaklaşık kadar itibaren üzeri"
        ),
        conjunctions=words("ve"),
        pieces=words("adet"),
    ),
)
