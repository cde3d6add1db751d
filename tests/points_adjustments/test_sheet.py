from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltyadmin.points_adjustments import reference, sheet, words
from loyaltyadmin.points_adjustments.sheet import Reading, Unreadable
from loyaltyadmin.points_adjustments.states import Action

TEXT = "customer_id,points,reason\n1001,50,A gift\n1002,-20,هدية\n"
BY_NUMBER = [(2, 1001, Action.ADD, 50, "A gift"), (3, 1002, Action.TAKE, 20, "هدية")]


def read(text: str) -> Reading:
    return sheet.read(content=text.encode())


def told(reading: Reading) -> list[tuple[object, ...]]:
    return [(it.position, it.key.number, it.action, it.amount, it.reason) for it in reading.rows]


def problems(reading: Reading) -> list[tuple[int, str, str]]:
    return [(it.line, it.code, it.value) for it in reading.problems]


def signed(text: str) -> list[tuple[int, int]]:
    return [
        (row.key.number, row.amount if row.action is Action.ADD else -row.amount)
        for row in read(text).rows
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_it_reads_every_encoding_that_spreadsheets_write(encoding: str) -> None:
    found = sheet.read(content=TEXT.encode(encoding))

    assert told(found) == BY_NUMBER
    assert found.problems == []


def test_it_reads_utf_16_of_the_other_byte_order() -> None:
    found = sheet.read(content=b"\xfe\xff" + TEXT.encode("utf-16-be"))

    assert told(found) == BY_NUMBER


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_it_reads_every_delimiter_and_line_end(delimiter: str, newline: str) -> None:
    found = read(TEXT.replace(",", delimiter).replace("\n", newline))

    assert told(found) == BY_NUMBER


@pytest.mark.parametrize(
    "header",
    [
        "customer_id,points,reason",
        "Customer ID , POINTS, Reason",
        '"customer_id","points","reason"',
        "رقم العميل,النقاط,السبب",
        "العميل,نقاط,سبب",
        "\u200fرقم العميل\u200f,عدد النقاط,السبب",
    ],
)
def test_it_reads_headers_in_both_languages(header: str) -> None:
    assert told(read(TEXT.replace("customer_id,points,reason", header))) == BY_NUMBER


def test_it_reads_columns_in_any_order_and_ignores_others() -> None:
    found = read("name,reason,points,email,customer_id\nنورة,Gift,5,x@example.com,1001\n")

    assert told(found) == [(2, 1001, Action.ADD, 5, "Gift")]


def test_it_reads_a_file_without_reasons() -> None:
    assert read("points,customer_id\n5,1001").rows[0].reason == ""


@pytest.mark.parametrize(
    "header",
    [
        "customer_id,id,points",
        "id,customer,points",
        "customer_id,points,النقاط",
        "customer_id,points,points",
        "customer_id,points,reason,سبب",
    ],
)
def test_it_does_not_guess_which_of_two_columns_is_meant(header: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(f"{header}\n1001,1002,5,6\n")

    assert caught.value.code == "double_header"


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("50", 50),
        ("+50", 50),
        ("-50", -50),
        ("- 50", -50),
        ("−50", -50),
        ("٥٠", 50),
        ("-٥٠", -50),
        ("\u200f-٥٠", -50),
        ("\u061c-٥٠", -50),
        ("۵۰", 50),
        ("050", 50),
        ("1000000", 1_000_000),
        (" 50 ", 50),
        ("\u00a050", 50),
        ("50-", -50),
        ("50+", 50),
        ("٥٠-", -50),
        ("\uff0d50", -50),
        ("1,000", 1000),
        ("1,000,000", 1_000_000),
        ("1٬000", 1000),
        ("١٬٠٠٠", 1000),
        ("1 000", 1000),
        ("1\u00a0000", 1000),
        ("1'000", 1000),
        ("-1,000", -1000),
        ("50.0", 50),
        ("50.00", 50),
        ("1,000.00", 1000),
        ("٥٠٫٠", 50),
        ("50 points", 50),
        ("50 نقطة", 50),
    ],
)
def test_it_reads_points_as_people_write_them(written: str, points: int) -> None:
    assert signed(f"customer_id;points\n1001;{written}") == [(1001, points)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "missing_points"),
        ("fifty", "bad_points"),
        ("1.5", "fraction"),
        ("٥٫٥", "fraction"),
        ("1.000", "unclear_separator"),
        ("1.000.000", "unclear_separator"),
        ("1.000,00", "unclear_separator"),
        ("50,00", "unclear_separator"),
        ("1,00,000", "bad_points"),
        ("1_000", "bad_points"),
        ("1 2", "bad_points"),
        ("1e3", "shortened_number"),
        ("1.2E+03", "shortened_number"),
        ("--50", "bad_points"),
        ("-50-", "bad_points"),
        ("–50", "bad_points"),
        ("(50)", "parentheses"),
        ("=50", "formula"),
        ("@SUM(A1)", "formula"),
        ("#N/A", "spreadsheet_error"),
        ("####", "spreadsheet_error"),
        ("12/05/2026", "date"),
        ("2026-05-12", "date"),
        ("5-May", "date"),
        ("½", "bad_points"),
        ("5²", "bad_points"),
        ("10%", "bad_points"),
        ("50 SAR", "bad_points"),
        ("9" * 16, "too_many_points"),
        ("9" * 5000, "bad_points"),
        ("0", "no_points"),
        ("-0", "no_points"),
        ("٠", "no_points"),
        ("1000001", "too_many_points"),
        ("-1000001", "too_many_points"),
    ],
)
def test_it_names_points_that_it_cannot_read_and_reads_the_other_lines(
    written: str, code: str
) -> None:
    found = read(f"customer_id;points\n1001;{written}\n1002;7")

    assert problems(found) == [(2, code, written[:50])]
    assert [row.key.number for row in found.rows] == [1002]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "no_customer"),
        ("x", "bad_customer_id"),
        ("نورة", "bad_customer_id"),
        ("1.5", "bad_customer_id"),
        ("1.000", "unclear_separator"),
        ("-1001", "bad_customer_id"),
        ("+1001", "bad_customer_id"),
        ("0", "bad_customer_id"),
        ("1001x", "bad_customer_id"),
        ("9" * 16, "bad_customer_id"),
        ("a@b", "bad_email"),
        ("@b.com", "bad_email"),
        ("9.66E+11", "shortened_number"),
        ("9.66501E+11", "shortened_number"),
        ("=A1", "formula"),
        ("#REF!", "spreadsheet_error"),
        ("2026-05-12", "date"),
    ],
)
def test_it_names_customers_that_it_cannot_read(written: str, code: str) -> None:
    found = read(f"customer_id,points\n{written},5")

    assert problems(found) == [(2, code, written)]
    assert found.rows == []


def test_it_names_a_line_with_more_cells_than_columns() -> None:
    found = read("customer_id,points,reason\n1001,1,000,Gift\n1002,5,Sorry, again\n1003,7,x,,\n")

    assert [(problem.line, problem.code) for problem in found.problems] == [
        (2, "extra_cells"),
        (3, "extra_cells"),
    ]
    assert [row.key.number for row in found.rows] == [1003]


def test_it_names_a_line_with_too_few_cells() -> None:
    found = read("customer_id,reason,points\n1001,Gift\n")

    assert [problem.code for problem in found.problems] == ["missing_points"]


def test_it_leaves_blank_lines_out_and_counts_as_a_spreadsheet_does() -> None:
    found = read("\n\ncustomer_id,points\n\n1001,5\n , \n,,\n1002,x\n")

    assert [row.position for row in found.rows] == [5]
    assert [problem.line for problem in found.problems] == [8]


def test_it_reads_quoted_reasons_with_delimiters_quotes_and_line_breaks() -> None:
    found = read('customer_id,points,reason\n1001,5,"a, ""b""\nc"\n1002,6,d\n')

    assert [row.reason for row in found.rows] == ['a, "b"\nc', "d"]
    assert [row.position for row in found.rows] == [2, 3]


def test_it_swallows_no_lines_into_a_quotation_that_never_ends() -> None:
    with pytest.raises(Unreadable) as caught:
        read('customer_id,points,reason\n1001,5,"a gift\n1002,6,\n1003,7,\n')

    assert caught.value.code == "bad_quotes"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_text"),
        (b"PK\x03\x04\x14\x00\x06\x00", "damaged_workbook"),
        (b"\xff\xfe\x00", "not_text"),
        (b"\xff\xfe\x00\xd8\x00\x00", "not_text"),
        (b"1001,50\n1002,60", "no_header"),
        (b"customer_id\n1001", "no_header"),
        (b"points,reason\n5,x", "no_header"),
        ("الاسم,الجوال\nx,y".encode(), "no_header"),
        (b"<html><body>Login</body></html>", "web_page"),
        (b'"' + b"x" * 200_000, "bad_quotes"),
    ],
)
def test_it_says_what_a_file_is_that_it_cannot_read(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sheet.read(content=content)

    assert caught.value.code == code
    assert words.UNREADABLE[code]


def test_it_refuses_a_file_of_more_than_20_megabytes_and_no_smaller_one() -> None:
    start = b"customer_id,points\n1001,5\n"
    largest = start + (b" " * 1023 + b"\n") * (20 * 1024)
    largest = largest[: 20 * 1024 * 1024]

    assert len(sheet.read(content=largest).rows) == 1
    with pytest.raises(Unreadable) as caught:
        sheet.read(content=largest + b"\n")
    assert caught.value.code == "too_large"


def test_it_refuses_more_than_100_000_lines_and_no_fewer() -> None:
    lines = ["customer_id,points", *["1001,5"] * 100_000]

    assert len(read("\n".join(lines)).rows) == 100_000
    with pytest.raises(Unreadable) as caught:
        read("\n".join([*lines, "1001,x"]))
    assert caught.value.code == "too_many_rows"


# Whatever is uploaded


def western(text: str) -> str:
    """The text with the digits of every script as 0-9."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def reads_nothing_that_is_not_there(content: bytes, *, text: str) -> None:
    try:
        found = sheet.read(content=content)
    except Unreadable:
        return
    written = western(text)
    lines = [row.position for row in found.rows] + [problem.line for problem in found.problems]
    assert len(set(lines)) == len(lines)
    for row in found.rows:
        assert str(row.key.number) in written
        assert str(row.amount) in re.sub("[,٬، '’]", "", written)
        assert 0 < row.amount <= sheet.MOST_POINTS
        assert row.key.number > 0
        assert row.reason in text
        if row.action is Action.TAKE:
            assert "-" in text or "−" in text


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_it_raises_nothing_but_unreadable_for_any_bytes(content: bytes) -> None:
    reads_nothing_that_is_not_there(content, text=content.decode("utf-8", "replace"))


PIECES = st.sampled_from(
    [
        *',;\t\n" -−+05x.',
        "\r\n",
        "٥٠",
        "1001",
        "۱۰۰۲",
        "هدية",
        "=1+1",
        "e3",
        "\u200f",
        "\u061c",
        "\ufeff",
        "customer_id",
        "points",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_every_row_it_gives_was_written_in_the_file(pieces: list[str]) -> None:
    text = "customer_id,points,reason\n" + "".join(pieces)

    reads_nothing_that_is_not_there(text.encode(), text=text)


WRITTEN = st.tuples(
    st.integers(min_value=1, max_value=10**15 - 1),
    st.integers(min_value=-sheet.MOST_POINTS, max_value=sheet.MOST_POINTS).filter(bool),
    # An apostrophe at the beginning may be the one that keeps our own files' cells from being
    # formulas: it is taken off again.
    st.text(
        st.characters(codec="cp1256", exclude_categories=["Cc", "Cf", "Z"]), max_size=40
    ).filter(lambda text: not text.startswith("'")),
)


@settings(deadline=None)
@given(
    written=st.lists(WRITTEN, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_it_gives_back_what_a_spreadsheet_wrote(
    written: list[tuple[int, int, str]], encoding: str, delimiter: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerows([["customer_id", "points", "reason"], *written])

    found = sheet.read(content=file.getvalue().encode(encoding))

    assert found.problems == []
    assert [
        (row.key.number, row.amount if row.action is Action.ADD else -row.amount, row.reason)
        for row in found.rows
    ] == written


def test_it_names_a_reason_that_is_too_long_instead_of_cutting_it() -> None:
    longest = "x" * reference.longest_text()

    found = read(f"customer_id,points,reason\n1001,5,{longest}\n1002,5,{longest}x\n")

    assert [row.key.number for row in found.rows] == [1001]
    assert [(it.line, it.code) for it in found.problems] == [(3, "long_reason")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("5,add", (Action.ADD, 5)),
        ("5,خصم", (Action.TAKE, 5)),
        ("-5,", (Action.TAKE, 5)),
        ("0,set", (Action.SET, 0)),
        ("70,SET", (Action.SET, 70)),
        (",reset", (Action.RESET, 0)),
        ("0,تصفير", (Action.RESET, 0)),
        ("5,+", (Action.ADD, 5)),
        ("5,-", (Action.TAKE, 5)),
        ("5,زيادة", (Action.ADD, 5)),
        ("-5,add", "sign_and_action"),
        ("-5,take", "sign_and_action"),
        ("5,reset", "points_to_reset"),
        (",set", "missing_points"),
        ("0,add", "no_points"),
        ("5,double", "bad_action"),
    ],
)
def test_an_action_says_what_the_points_mean(
    cells: str, expected: tuple[Action, int] | str
) -> None:
    found = read(f"customer_id,points,action\n1001,{cells}\n")

    if isinstance(expected, str):
        assert [problem.code for problem in found.problems] == [expected]
    else:
        assert [(row.action, row.amount) for row in found.rows] == [expected]
