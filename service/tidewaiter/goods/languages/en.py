"""English."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script


def _stem(word: str) -> str:
    if len(word) < 4:
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies") and len(word) > 5:
            return word[:-3] + "y"
        if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
            return word[:-2]
        word = word[:-1]
    # "scarf" and "scarves", "knife" and "knives" meet; "life" is no plural of "live".
    if word.endswith("f") and not word.endswith("ff") and len(word) > 3:
        return word[:-1] + "ve"
    return word[:-2] + "ve" if word.endswith("ife") and len(word) > 4 else word


LANGUAGE = Language(
    code="en",
    name="English",
    script=Script.LATIN,
    precedence=1,
    service_last=True,
    singular_attributes=True,
    modifier_remarks=True,
    unaccented=True,
    in_any_text=True,
    stem=_stem,
    plurals=words("s"),
    activities=words("tion tions sion ment ments ance ence ator ators izer iser ing"),
    roles={
        WordRole.ARTICLE: words(
            "the a an some any all one two three four five six seven eight nine ten dozen several each other others "
            "various assorted misc only just"
        ),
        WordRole.AND: words("and & plus together along"),
        WordRole.OR: words("or"),
        WordRole.SUCH_AS: words("incl including such_as e_g eg namely"),
        WordRole.OF: words(
            "of with from in by on under per to featuring containing contains contain made into onto at against "
            "inside w like resembling near via aboard beneath underneath behind among amid between amongst"
        ),
        WordRole.FOR: words("for about depicting showing"),
        WordRole.BREAK: words(
            "is are was were be been being has have had will would may that which who whose when where said says gave "
            "given gives give sent sends delivered listed shipped presented donated bought sold arrived seized found "
            "riding driving seen then also while after before during but if than held told they he she it his her "
            "their its our your my this these those there we you please hidden concealed stashed stuffed revealed"
        ),
        WordRole.AS: words("as"),
        WordRole.WITHOUT: words("without w_o excluding excl except lacking free_of free_from"),
        WordRole.NOT: words("no not nor neither nil"),
        WordRole.INSTEAD: words("instead_of in_lieu_of"),
        WordRole.MISSING: words("not_included not_incl not_supplied not_provided sold_separately excluded"),
        WordRole.FREE: words("free"),
        WordRole.CLAIM: words(
            "declared described labelled labeled marked invoiced disguised manifested misdeclared mislabelled "
            "mislabeled misdescribed camouflaged so_called alleged allegedly purported purportedly supposedly "
            "ostensibly posing_as passed_off_as listed_as crated_as boxed_as booked_as billed_as packed_as entered_as "
            "invoiced_as passed_as registered_as manifest_says papers_say invoice_says paperwork_says"
        ),
        WordRole.CLAIMED: words("on_the_manifest on_manifest on_paper on_the_papers on_the_invoice"),
        WordRole.IN_REALITY: words("actually really in_fact in_reality in_truth turned_out turns_out found_to_be"),
        WordRole.LOOK: words(
            "pattern patterned print shaped shape style styled theme themed scented scent flavoured flavored flavour "
            "flavor effect finish look coloured colored motif design aroma flavours flavors logo emblem branding "
            "branded livery"
        ),
    },
    amounts=AmountWords(
        units={
            "pcs": words("unit units pc pcs piece pieces ea nos"),
            "pair": words("pair pairs"),
            "kg": words("kilo kilos kilogram kilograms"),
            "t": words("ton tons tonne tonnes metric_ton metric_tons metric_tonne metric_tonnes"),
            "l": words("litre litres liter liters"),
            "usgal": words("us_gallon us_gallons us_gal usg u_s_gallon u_s_gallons"),
            "impgal": words("imperial_gallon imperial_gallons imp_gal uk_gallon uk_gallons"),
            "gal": words("gallon gallons gal gals"),
            "m3": words("cubic_metre cubic_metres cubic_meter cubic_meters"),
            "bbl": words("barrel barrels"),
        },
        currencies={
            "USD": words("us_dollar us_dollars dollar dollars"),
            "EUR": words("euros"),
            "GBP": words("pound_sterling pounds_sterling"),
            "RUB": words("rouble roubles ruble rubles"),
            "CNY": words("yuan"),
            "JPY": words("yen"),
            "KRW": words("won"),
            "TRY": words("lira"),
            "CHF": words("swiss_francs"),
            "INR": words("rupees rupee"),
            "AED": words("dirham dirhams"),
        },
        multipliers={"thousand": 1_000, "million": 1_000_000, "millions": 1_000_000},
        price=words(
            "value valued val price priced cost worth amount total unit invoice invoiced qty quantity q'ty at of for "
            "each apiece only net in all grand sum"
        ),
        piece=words("each apiece unit at"),
        total=words("total"),
        before_total=words("in"),
        inside=words("with without incl including included inside in into containing contains plus for from set"),
        packages=words(
            "box boxes case cases carton cartons ctn ctns pallet pallets bag bags pack packs packet packets package "
            "packages drum drums can cans bottle bottles jar jars bundle bundles roll rolls crate crates container "
            "containers tray trays sack sacks tank tanks dozen dozens dz gross per"
        ),
        other_money=words(
            "freight shipping postage delivery insurance insured deposit prepayment prepaid advance discount rebate "
            "duty duties tax vat gst fee fees charge charges commission instalment instalments installment "
            "installments monthly month year daily day hour rent rental lease voucher coupon repair refund fine "
            "nominal token nil from over above exceeding more least most up under below less than about approx "
            "approximately circa ca around between minus plus estimated est market retail was"
        ),
        conjunctions=words("and"),
        per=words("per"),
        a_piece=words("a"),
        pieces=words("unit pc pcs piece item ea each"),
        each=words("each apiece"),
        thousand_or_point=words("ton kilo"),
        portions=words(
            "drum drums can cans jerrycan jerrycans canister canisters ibc ibcs bottle bottles pack packs container "
            "containers isotank isotanks flexitank flexitanks tank tanks wagon wagons truck trucks lorry lorries each "
            "per"
        ),
        periods=words("day month"),
    ),
)
