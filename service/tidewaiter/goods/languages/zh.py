"""Chinese. Characters are the simplified ones: `fold` reads traditional ones as these."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, SegmentationWords, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script

LANGUAGE = Language(
    code="zh",
    name="Chinese",
    script=Script.HAN,
    precedence=4,
    service_last=True,
    unspaced=True,
    roles={
        WordRole.AND: words("和 及 与 或 以及"),
        WordRole.BREAK: words("藏于 隐藏在 夹藏"),
        WordRole.WITHOUT: words("不含有 不含 不包括 不包含 不带 不附 没有 并无 不是 并非 除了"),
        WordRole.INSTEAD: words("而不是 而非"),
        WordRole.MISSING: words("除外 另购 另售"),
        WordRole.CLAIM: words(
            "申报品名为 申报品名 申报为 伪报为 伪报 谎报为 申报名称 冒充 所谓 号称 名为 名义上 伪装成 伪装为"
        ),
        WordRole.IN_REALITY: words("实际为 实际上 实际 实为 实则 其实 查获"),
        WordRole.LOOK: words("图案 造型 口味 香型 风格 印花 花纹 味 样式 形状 外形"),
        WordRole.LOOK_OF: words("印有"),
    },
    segmentation=SegmentationWords(
        fillers=frozenset(
            "的之了等用式型制级号款产品件辆台只个套箱瓶吨公斤元年月日新旧大小中二一两三四五六七八九十百千万个份批数"
        ),
        conjunctions=frozenset("和及与或"),
        purposes=frozenset("用"),
        purpose_prefixes="专兼通适商家",
        negations=frozenset("无非"),
        looks=frozenset("型形式状样"),
        likenesses=frozenset("仿"),
        companions=frozenset(words("带 带有 附 附带 含 含有 配 配有 配备 另附 赠 赠送 送")),
        ends_denial="的",
    ),
    amounts=AmountWords(
        units={
            "pcs": words("台 辆 輛 艘 架 件 个 個 枚 只 支 隻"),
            "pair": words("双 雙"),
            "kg": words("公斤 千克"),
            "t": words("吨 噸 公吨"),
            "l": words("升 公升"),
            "gal": words("加仑"),
            "m3": words("立方米 立方"),
            "bbl": words("桶"),
        },
        currencies={
            "USD": words("美元 美金"),
            "EUR": words("欧元"),
            "GBP": words("英镑"),
            "RUB": words("卢布"),
            "CNY": words("人民币 元"),
            "JPY": words("日元"),
            "KRW": words("韩元"),
            "CHF": words("瑞士法郎"),
            "HKD": words("港元 港币"),
        },
        multipliers={"万": 10_000, "萬": 10_000, "百万": 1_000_000, "亿": 100_000_000, "億": 100_000_000},
        price=words("价值 价格 单价 总价 总值 总价值 金额 数量 合计 共 共计 每件 每台 每个 每只 每辆 每条 每块 价"),
        piece=words("单价 每件 每台 每个 每只 每辆 每条 每块"),
        total=words("总价 总值 总价值 合计 共计"),
        inside=words("带 配 含 镶 附 装 嵌"),
        packages=words("箱 盒 袋 瓶 桶装 托盘"),
        other_money=words(
            "运费 保险 订金 定金 押金 预付 折扣 关税 税 费 每月 租金 以上 以下 超过 约 大约 左右 起 至少 最多"
        ),
        conjunctions=words("和 与 及"),
        pieces=words("单位 台 辆 件 个 只 套"),
        thousand_or_point=words("公斤 千克 吨"),
    ),
)
