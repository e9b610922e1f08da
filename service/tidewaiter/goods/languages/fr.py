"""French."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.languages.stemming import endings, stripped

_ENDINGS = endings("es s x e")


def _stem(word: str) -> str:
    if word.endswith("aux") and len(word) > 5 and not word.endswith("eaux"):
        return word[:-3] + "al"
    return stripped(word, _ENDINGS, shortest=4)


LANGUAGE = Language(
    code="fr",
    name="French",
    script=Script.LATIN,
    precedence=6,
    head_first=True,
    stem=_stem,
    shortest_stem=4,
    plurals=words("s x"),
    activities=words("age"),
    roles={
        WordRole.ARTICLE: words("le la les l un une deux trois quatre cinq dix seulement uniquement également"),
        WordRole.AND: words("et ainsi"),
        WordRole.OR: words("ou"),
        WordRole.SUCH_AS: words("tels_que telles_que comprenant dont"),
        WordRole.OF: words(
            "avec en dans sur par au aux chez à contenant contient contiennent sous derrière parmi entre"
        ),
        WordRole.PARTITIVE: words("de du des d"),
        WordRole.FOR: words("pour"),
        WordRole.BREAK: words(
            "est sont était ont été qui que où ce cette ces son sa ses leur caché cachés cachée cachées dissimulé "
            "dissimulés dissimulée dissimulées"
        ),
        WordRole.WITHOUT: words("sans excepté hormis sauf"),
        WordRole.NOT: words("pas ni aucun aucune hors"),
        WordRole.INSTEAD: words("au_lieu_de au_lieu_d"),
        WordRole.MISSING: words("non_compris non_comprise non_comprises non_inclus non_incluse non_fourni non_fournie"),
        WordRole.CLAIM: words(
            "déclaré déclarés déclarée déclarées étiqueté étiquetés soi_disant prétendu prétendus présenté_comme "
            "présentés_comme présentée_comme présentées_comme selon_le_manifeste inscrit_comme inscrits_comme "
            "inscrites_comme enregistré_comme facturé_comme facturés_comme prétendument déguisé déguisés déguisée "
            "déguisées"
        ),
        WordRole.IN_REALITY: words("en_réalité en_fait réellement véritablement"),
        WordRole.LOOK_OF: words(
            "motif motifs imprimé imprimée goût saveur façon teinte coloris couleur style effet senteur image imitation"
        ),
    },
    amounts=AmountWords(
        units={
            "pcs": words("unité unités pièces pièce"),
            "pair": words("paire paires"),
            "kg": words("kilogramme kilogrammes"),
            "bbl": words("baril barils"),
        },
        price=words("valeur prix unitaire totale quantité qté chacun chacune de d'une au à la pièce l'unité"),
        piece=words("à unitaire chacun chacune pièce l'unité"),
        total=words("totale"),
        before_total=words("au en"),
        inside=words("avec sans pour dans contenant"),
        packages=words("boîte boîtes caisse caisses paquet paquets sac sacs carton bouteille bouteilles douzaine par"),
        other_money=words(
            "fret port livraison assurance acompte remise droits taxe tva mois loyer plus moins environ partir jusqu "
            "dès entre"
        ),
        conjunctions=words("et"),
        per=words("par"),
        a_piece=words("la"),
        pieces=words("pièce unité"),
    ),
)
