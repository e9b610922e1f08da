"""The words by which amounts in a description are understood, in ten languages. Data for `said.py`."""

from __future__ import annotations

import re

PRICE = (
    "value valued val price priced cost worth amount total unit invoice "
    "invoiced cif fob exw cfr cpt dap ddp cip fca qty "
    "quantity q'ty at of for each apiece only net in all grand sum "
    "стоимость стоимостью цена ценой цене сумма сумму общая общей "
    "на по за всего итого кол-во количество каждый каждая "
    "каждые ед "
    "wert preis stückpreis im von zu zum je "
    "à gesamtwert gesamtpreis gesamt menge anzahl stückzahl insgesamt einzelpreis "
    "valeur prix unitaire totale quantité qté chacun chacune de d'une au la pièce l'unité "
    "valor precio unitario cantidad cant cada uno una c/u por un "
    "değer değeri değerinde fiyat fiyatı birim toplam miktar miktarı tanesi tutar tutarı adedi "
    "القيمة قيمة بقيمة السعر سعر بسعر الوحدة للقطعة للوحدة الكمية كمية إجمالي الإجمالي المجموع "
    "价值 价格 单价 总价 总值 总价值 金额 数量 合计 共 共计 每件 每台 每个 每只 每辆 每条 每块 价 "
    "価格 単価 合計 総額 価額 金額 各 가격 단가 수량 금액 총액 합계 개당 대당 총 각"
).split()
"""What may stand between a thing and its amounts, and tells no other thing."""

PIECE = (
    "each apiece unit at по à "
    "каждый каждая каждые stückpreis einzelpreis je unitaire chacun chacune pièce "
    "l'unité unitario cada c/u birim tanesi adedi "
    "الوحدة للقطعة للوحدة 单价 每件 每台 每个 每只 每辆 每条 每块 単価 各 단가 개당 대당 각"
).split()
"""The value beside it is that of one piece."""

TOTAL = (
    "total всего итого общая общей insgesamt gesamtwert "
    "gesamtpreis gesamt totale toplam إجمالي الإجمالي المجموع 总价 "
    "总值 总价值 合计 共计 合計 総額 총액 합계 총"
).split()
"""The value beside it is that of all there is."""

IN = ["in", "im", "au", "en"]
"""What may stand between a value and such a word behind it."""

INSIDE = (
    "with without incl including included inside in into containing contains plus for from set "
    "с со в для без из-под вкл включая комплект mit ohne inkl inklusive für im samt "
    "avec sans pour dans contenant con sin para incluido incluye ile için içinde dahil "
    "مع في بدون يحتوي تحتوي 带 配 含 镶 附 装 嵌 付 入り 付き 用 포함 장착 달린"
).split()
"""What follows may be another thing than the one that is spoken of."""

PACKED = (
    "box boxes case cases carton cartons ctn ctns pallet "
    "pallets bag bags pack packs packet packets package packages "
    "drum drums can cans bottle bottles jar jars bundle "
    "bundles roll rolls crate crates container containers tray trays "
    "sack sacks tank tanks dozen dozens dz gross per x "
    "коробка коробки коробок коробке ящик ящика ящиков упаковка "
    "упаковки упаковок упаковке уп мешок мешков бочка бочек "
    "поддон паллет дюжина дюжин "
    "karton kartons schachtel kiste kisten packung packungen sack säcke flasche flaschen dutzend pro "
    "boîte boîtes caisse caisses paquet paquets sac sacs carton bouteille bouteilles douzaine par "
    "caja cajas paquete paquetes bolsa bolsas botella botellas docena docenas "
    "kutu koli paket çuval şişe düzine sandık "
    "صندوق صناديق كرتون كرتونة علبة علب كيس أكياس زجاجة دزينة "
    "箱 盒 袋 瓶 桶装 托盘 ケース ダース 袋入 箱入 상자 박스 포대 병 팩"
).split()
"""A count beside them may be of what one package holds."""

OTHER_MONEY = (
    "freight shipping postage delivery insurance insured deposit "
    "prepayment prepaid advance discount rebate duty duties "
    "tax vat gst fee fees charge charges "
    "commission instalment instalments installment installments monthly month year "
    "daily day hour rent rental lease voucher coupon repair refund fine nominal token nil "
    "from over above exceeding more least most up under "
    "below less than about approx approximately circa ca around "
    "between minus plus estimated est market retail was "
    "фрахт доставка доставкой страховка страхование аванс предоплата "
    "депозит скидка скидкой пошлина налог ндс сбор месяц "
    "аренда от до свыше более менее около примерно ориентировочно "
    "fracht versand porto versicherung anzahlung rabatt zoll steuer mwst "
    "gebühr monat miete ab über unter bis etwa rund "
    "mindestens höchstens "
    "fret port livraison assurance acompte remise droits taxe tva "
    "mois loyer plus moins environ partir jusqu dès entre "
    "flete envío seguro anticipo descuento arancel impuesto iva "
    "mes alquiler más menos desde hasta aproximadamente entre "
    "navlun kargo sigorta kapora avans indirim vergi kdv ay kira fazla az yaklaşık kadar itibaren üzeri "
    "شحن الشحن تأمين التأمين دفعة عربون خصم ضريبة رسوم شهر إيجار أكثر أقل حوالي تقريبا "
    "运费 保险 订金 定金 押金 预付 折扣 关税 税 费 每月 租金 以上 以下 超过 约 大约 左右 起 至少 最多 "
    "運賃 送料 保険 頭金 前払 割引 消費税 月額 以内 約 未満 超 から "
    "운임 배송 보험 계약금 선금 할인 관세 부가세 월세 임대 이상 이하 초과 미만 약 부터 까지"
).split()
"""The value beside them may be of something else than the goods, or is no more than a bound."""


def either(words: list[str]) -> str:
    """A pattern for any of `words`; those in letters that are parted by spaces only as whole words."""
    spaced = sorted({word for word in words if not _RUN.search(word)}, key=len, reverse=True)
    run = sorted({word for word in words if _RUN.search(word)}, key=len, reverse=True)
    return rf"(?:(?<!\w)(?:{_joined(spaced)})(?!\w)|(?:{_joined(run)}))"


def _joined(words: list[str]) -> str:
    return "|".join(map(re.escape, words))


_RUN = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
