from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from loyaltyadmin.web import plots

NOW = dt.datetime(2025, 11, 1, tzinfo=dt.UTC)


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=6))
def test_the_parts_make_up_the_whole_without_gap_or_overlap(amounts: list[int]) -> None:
    parts = plots.parts([(str(amount), amount, "1") for amount in amounts])

    assert [part.amount for part in parts] == [amount for amount in amounts if amount]
    end = 0
    for part in parts:
        assert part.start == end
        end += part.share
    assert end == (plots.WHOLE if parts else 0)


def test_a_line_goes_from_edge_to_edge_and_holds_until_it_changes() -> None:
    days = [(NOW, 0), (NOW + dt.timedelta(days=1), 50), (NOW + dt.timedelta(days=2), 100)]

    line = plots.step_line(days)

    assert line is not None
    assert line.path == "M0 100H500V52H1000V4"
    assert (line.first, line.last) == (NOW, NOW + dt.timedelta(days=2))


def test_a_line_below_zero_stays_in_the_picture() -> None:
    line = plots.step_line(
        [(NOW, -50), (NOW + dt.timedelta(days=1), 0), (NOW + dt.timedelta(days=2), 50)]
    )

    assert line is not None
    assert line.path == "M0 100H500V52H1000V4"


def test_there_is_no_line_of_fewer_than_three_days() -> None:
    hours = [(NOW + dt.timedelta(hours=hour), hour) for hour in range(8)]

    assert plots.step_line([]) is None
    assert plots.step_line(hours) is None
    assert plots.step_line([*hours, (NOW + dt.timedelta(days=90), 9)]) is None
