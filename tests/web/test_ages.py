from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from loyaltyadmin.web.templatetags.ages import as_of


@pytest.mark.parametrize(
    ("seconds", "english", "arabic"),
    [
        (0, "As of a moment ago", "لحظات"),
        (-5, "As of a moment ago", "لحظات"),
        (61, "As of 1 minute ago", "دقيقة"),
        (120, "As of 2 minutes ago", "دقيقتين"),
        (180, "As of 3 minutes ago", "3 دقائق"),
        (59 * 60 + 59, "As of 59 minutes ago", "59 دقيقة"),
        (3600, "As of 1 hour ago", "ساعة"),
        (10 * 3600, "As of 10 hours ago", "10 ساعات"),
        (2 * 86400, "As of 2 days ago", "يومين"),
        (11 * 86400, "As of 11 days ago", "11 يومًا"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(seconds: int, english: str, arabic: str) -> None:
    moment = timezone.now() - dt.timedelta(seconds=seconds)

    with translation.override("en"):
        assert as_of(moment) == english
    with translation.override("ar"):
        assert arabic in as_of(moment)
