"""Korean. Particles are written together with the word before them."""

from __future__ import annotations

from tidewaiter.goods.languages.language import AmountWords, Language, SegmentationWords, words
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script

LANGUAGE = Language(
    code="ko",
    name="Korean",
    script=Script.HANGUL,
    precedence=3,
    service_last=True,
    counter_after_noun=True,
    spaces_optional=True,
    roles={
        WordRole.AND: words("및 그리고"),
        WordRole.OR: words("또는"),
        WordRole.BREAK: words("숨긴 숨겨진"),
        WordRole.MISSING: words("없음 없는 대신 미포함 비포함 불포함 제외 아님 아닌 포함되지_않음 포함하지_않음"),
        WordRole.CLAIM: words("명목상 소위 이른바"),
        WordRole.CLAIMED: words("신고 신고된 위장한 위장하여 위장된"),
        WordRole.IN_REALITY: words("실제로는 실제로 실제는 사실은 사실"),
        WordRole.LOOK: words(
            "무늬 모양 맛 향 스타일 프린트 디자인 포함 패턴 그림 느낌 자수 로고 장착 탑재 부착 함유 첨가"
        ),
    },
    segmentation=SegmentationWords(
        particles=frozenset(
            words(
                "은 는 이 가 을 를 의 에 로 으로 와 과 도 만 랑 에서 에게 용 형 식 제 산 류 들 등 및 나 이나 까지 부터 "
                "한 인 적 별 급"
            )
        ),
        conjunctions=frozenset(words("와 과 랑 이랑 하고")),
        purposes=frozenset(words("용 전용")),
    ),
    amounts=AmountWords(
        units={
            "pcs": words("대 개 척 벌 매"),
            "pair": words("켤레"),
            "kg": words("킬로그램"),
            "t": words("톤"),
            "l": words("리터"),
            "gal": words("갤런"),
            "m3": words("세제곱미터"),
            "bbl": words("배럴"),
        },
        currencies={
            "USD": words("달러"),
            "EUR": words("유로"),
            "GBP": words("파운드"),
            "RUB": words("루블"),
            "CNY": words("위안"),
            "JPY": words("엔"),
            "KRW": words("원"),
        },
        multipliers={"천": 1_000, "만": 10_000, "백만": 1_000_000, "억": 100_000_000},
        price=words("가격 단가 수량 금액 총액 합계 개당 대당 총 각"),
        piece=words("단가 개당 대당 각"),
        total=words("총액 합계 총"),
        inside=words("포함 장착 달린"),
        packages=words("상자 박스 포대 병 팩"),
        other_money=words("운임 배송 보험 계약금 선금 할인 관세 부가세 월세 임대 이상 이하 초과 미만 약 부터 까지"),
        conjunctions=words("및"),
        pieces=words("대 개"),
        thousand_or_point=words("톤"),
    ),
)
