"""Spanish."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.languages.stemming import endings, stripped

_ENDINGS = endings("es s e")


def _stem(word: str) -> str:
    return stripped(word, _ENDINGS, shortest=3)


LANGUAGE = Language(
    code="es",
    name="Spanish",
    script=Script.LATIN,
    precedence=8,
    head_first=True,
    stem=_stem,
    shortest_stem=4,
    plurals=words("s"),
    activities=words("cion miento aje"),
    roles={
        WordRole.ARTICLE: words("el los las uno una unos unas dos tres cuatro cinco diez solo sólo solamente"),
        WordRole.AND: words("y e u"),
        WordRole.OR: words("o"),
        WordRole.SUCH_AS: words("tales_como por_ejemplo incluyendo incluido incluidos"),
        WordRole.OF: words("de del con por al en sobre desde contiene contienen incluye incluyen hay bajo entre tras"),
        WordRole.FOR: words("para"),
        WordRole.BREAK: words(
            "es son fue fueron ha han que como se su sus sino oculto oculta ocultos ocultas escondido escondida "
            "escondidos escondidas"
        ),
        WordRole.WITHOUT: words("sin excepto salvo"),
        WordRole.NOT: words("no ni ningún ninguna ninguno"),
        WordRole.INSTEAD: words("en_lugar_de en_vez_de"),
        WordRole.MISSING: words("no_incluido no_incluida no_incluidos no_incluidas"),
        WordRole.CLAIM: words(
            "según_manifiesto según_factura según_papeles registrado_como facturado_como facturados_como "
            "consignado_como rotulado_como declarado declarada declarados declaradas etiquetado etiquetados supuesto "
            "supuesta supuestos supuestas supuestamente disfrazado disfrazados disfrazada disfrazadas "
            "bajo_la_apariencia_de"
        ),
        WordRole.IN_REALITY: words("en_realidad de_hecho realmente"),
        WordRole.LOOK_OF: words(
            "motivo motivos estampado estampada sabor color colores efecto forma imagen dibujo aroma imitación"
        ),
    },
    amounts=AmountWords(
        units={
            "pcs": words("unidad unidades uds piezas"),
            "pair": words("par pares"),
            "kg": words("kilogramo kilogramos"),
            "t": words("tonelada toneladas"),
            "l": words("litro litros"),
            "gal": words("galones galón"),
            "bbl": words("barril barriles"),
        },
        currencies={
            "USD": words("dólares dólar"),
        },
        multipliers={"mil": 1_000, "millones": 1_000_000, "millón": 1_000_000},
        price=words("valor precio unitario cantidad cant cada uno una c/u por un"),
        piece=words("unitario cada c/u"),
        inside=words("con sin para incluido incluye"),
        packages=words("caja cajas paquete paquetes bolsa bolsas botella botellas docena docenas"),
        other_money=words(
            "flete envío seguro anticipo descuento arancel impuesto iva mes alquiler más menos desde hasta "
            "aproximadamente entre"
        ),
        conjunctions=words("y"),
        per=words("por"),
        pieces=words("unidad pieza"),
    ),
)
