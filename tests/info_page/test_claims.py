from __future__ import annotations

import pytest

from loyaltyadmin.info_page.claims import contradictions
from loyaltyadmin.zid.types import RedemptionKind
from tests.info_page.test_write_info_page import method, program, rule

TODAY = program(
    rules=(rule(1, "10"), rule(9, "9", active=False)),
    methods=(method(100, "5"), method(300, "15", RedemptionKind.PERCENTAGE)),
    days=365,
)


@pytest.mark.parametrize(
    "text",
    [
        "Get 1 point for every 5 SAR.",
        "نقطة واحدة مقابل كل ريال",
        "اكسب ٣ نقاط عن كل ١٠ ر.س.",
        "كل ٥٠ نقطة = ٥ ريال",
        "Redeem 100 points for 10 SAR off",
        "9 points for every 9 SAR",
        "Use 100 points for 20% off",
        "استبدل 200 نقطة بخصم 15%",
        "Points expire after 30 days.",
        "تنتهي صلاحية النقاط بعد 6 أشهر",
        "نقاطك لا تنتهي أبدًا",
        "Points never expire!",
    ],
)
def test_it_names_what_no_rule_bears_out(text: str) -> None:
    assert len(contradictions(content=f"<p>{text}</p>", program=TODAY)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Get 1 point for every 10 SAR.",
        "احصل على نقطة واحدة مقابل كل 10 ر.س.",
        "١٠ ريال = ١ نقطة",
        "A basket of 250 SAR gives 25 points",
        "سلة بقيمة 1,000 ر.س تمنحك 100 نقطة، أي خصم 5 ر.س.",
        "استبدل 300 نقطة بخصم 15٪",
        "Points expire after 365 days",
        "تنتهي صلاحية النقاط بعد 12 شهر",
        "Valid for 1 year",
        "Free shipping over 200 SAR!",
        "الشحن مجاني للطلبات فوق 199 ر.س خلال 3 أيام",
        "Est. 2019, call +966 50 000 0001",
        "منذ عام 2019 ونحن معك، واتساب 966500000001",
        "خصم 20% بمناسبة اليوم الوطني",
        "You have 40 points",
        "We deliver within 5 days",
        "",
    ],
)
def test_it_raises_no_false_alarm(text: str) -> None:
    assert contradictions(content=f"<p>{text}</p>", program=TODAY) == []


def test_it_reads_sentence_by_sentence() -> None:
    content = "<ul><li>1 point for every 10 SAR</li><li>Over 50 SAR. Get 70 points.</li></ul>"

    assert contradictions(content=content, program=TODAY) == []


def test_it_says_nothing_about_a_program_that_nobody_knows_or_that_is_empty() -> None:
    text = "<p>1 point for every 5 SAR</p>"

    assert contradictions(content=text, program=None) == []
    assert contradictions(content=text, program=program()) == []
