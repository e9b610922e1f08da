"""Japanese. Characters are the simplified Chinese ones: `fold` reads Japanese ones as these."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, SegmentationWords, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script

LANGUAGE = Language(
    code="ja",
    name="Japanese",
    script=Script.HAN,
    precedence=5,
    service_last=True,
    unspaced=True,
    roles={
        WordRole.AND: words("と や 及び および 又は または"),
        WordRole.MISSING: words(
            "なし 無し 含まない 含まず 含みません 別売 別売り 付属しません 付属しない 含まれていません 含まれません "
            "含まれない 不使用 を除く ではない ではありません 抜き の代わりに"
        ),
        WordRole.CLAIM: words("名目は 名目"),
        WordRole.CLAIMED: words("として申告 と申告 と称して と称する と偽って"),
        WordRole.IN_REALITY: words("実際には 実際は 実は"),
        WordRole.LOOK: words("付き 入り 柄 模様 風味 味 の香り の味 風 調 デザイン 絵柄 プリント"),
    },
    segmentation=SegmentationWords(
        fillers=frozenset("お各ー"),
        conjunctions=frozenset("とや"),
        purposes=frozenset("用"),
        looks=frozenset(words("付 型 形 式 状 搭载 装着 装备")),
        likenesses=frozenset(words("模造")),
        links_look="の",
    ),
    amounts=AmountWords(
        units={
            "pcs": words("台 個 枚"),
            "pair": words("足"),
            "kg": words("キロ キログラム"),
            "t": words("トン"),
            "l": words("リットル"),
            "gal": words("ガロン"),
            "m3": words("立方メートル"),
            "bbl": words("バレル"),
        },
        currencies={
            "USD": words("ドル 米ドル"),
            "EUR": words("ユーロ"),
            "GBP": words("ポンド"),
            "RUB": words("ルーブル"),
            "CNY": words("人民元"),
            "JPY": words("円"),
        },
        multipliers={"万": 10_000, "百万": 1_000_000, "億": 100_000_000},
        price=words("価格 単価 合計 総額 価額 金額 各"),
        piece=words("単価 各"),
        total=words("合計 総額"),
        inside=words("付 入り 付き 用"),
        packages=words("ケース ダース 袋入 箱入"),
        other_money=words("運賃 送料 保険 頭金 前払 割引 消費税 月額 以内 約 未満 超 から"),
        pieces=words("台"),
        thousand_or_point=words("トン"),
    ),
)
