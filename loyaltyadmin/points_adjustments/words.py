"""What is said to the merchant about codes of ours."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyaltyadmin.points_adjustments.models import LeftOut, Line
from loyaltyadmin.points_adjustments.sheet import Problem
from loyaltyadmin.points_adjustments.states import LineStatus

UNREADABLE = {
    "too_large": _("The file is larger than 20 MB. Split it and upload the parts one by one."),
    "empty": _("The file is empty."),
    "not_text": _(
        "This is neither a CSV nor an Excel file (XLSX). Save it as one of them in your "
        "spreadsheet and upload that."
    ),
    "damaged_text": _(
        "The Arabic letters in the file are damaged. Save it again in your spreadsheet, best as "
        "XLSX, and upload that."
    ),
    "no_header": _(
        "It is not clear which column is the customer and which one the points. Name them in the "
        "first line: customer_id and points."
    ),
    "double_header": _(
        "Two columns have the same meaning, such as customer_id and id. Keep only one of them."
    ),
    "hidden_action": _(
        "The file hides the column that says whether to add or to take points away. Show it, or "
        "delete it, and upload the file again."
    ),
    "bad_quotes": _("A quotation mark in the file is not closed. Close it or remove it."),
    "long_cell": _(
        "One cell of the file holds far too long a text. Shorten it and upload the file again."
    ),
    "too_many_columns": _(
        "The file has more than 1,000 columns. Keep only those that are needed and upload it again."
    ),
    "too_wide": _(
        "The cells of the sheet reach too far apart. Copy the lines that are needed to a new file "
        "and upload that."
    ),
    "too_large_inside": _(
        "Unpacked, the workbook is larger than 100 MB. Copy the columns that are needed to a new "
        "file and upload that."
    ),
    "encrypted": _("The file has a password. Save it without one and upload that."),
    "old_excel": _(
        "This is a workbook in an old Excel format. Save it as XLSX in your spreadsheet and upload "
        "that."
    ),
    "web_page": _(
        "This is a web page, whatever its name says. Open it in your spreadsheet, save it as XLSX "
        "and upload that."
    ),
    "other_zip": _(
        "This is a packed file or a document of another program. Save the table as XLSX or CSV and "
        "upload that."
    ),
    "damaged_workbook": _(
        "The Excel file is damaged. Open it in your spreadsheet, save it again as XLSX and upload "
        "that."
    ),
    "too_many_rows": _(
        "The file has more than 100,000 lines. Split it and upload the parts one by one."
    ),
}

CITIES = {
    "Africa/Cairo": _("Cairo time"),
    "Asia/Aden": _("Aden time"),
    "Asia/Amman": _("Amman time"),
    "Asia/Baghdad": _("Baghdad time"),
    "Asia/Bahrain": _("Bahrain time"),
    "Asia/Dubai": _("Dubai time"),
    "Asia/Kuwait": _("Kuwait time"),
    "Asia/Muscat": _("Muscat time"),
    "Asia/Qatar": _("Qatar time"),
    "Asia/Riyadh": _("Riyadh time"),
}

# Why a line of a file is left out.
FILE_PROBLEMS = {
    # Whom it is for
    "no_customer": _("no customer is named"),
    "bad_customer": _("neither a customer number, an e-mail address nor a mobile number"),
    "bad_customer_id": _("the customer number is not a whole number"),
    "bad_email": _("not an e-mail address"),
    "bad_mobile": _("not a mobile number"),
    "unknown_customer": _("your store has no such customer"),
    "ambiguous_customer": _("several customers have this; use the customer number"),
    "customer_not_known_yet": _(
        "not on the list of your customers, which is still being fetched; use the customer number, "
        "or try again later"
    ),
    # How many points
    "missing_points": _("no points are given"),
    "bad_points": _("the points are not a whole number"),
    "fraction": _("points are whole numbers, without a fraction"),
    "unclear_separator": _(
        "the point or comma may set thousands or decimals apart; write the number without it"
    ),
    "parentheses": _("a number in brackets; to take points away, put a minus sign before it"),
    "no_points": _("the points are zero"),
    "too_many_points": _("more than 1,000,000 points at once"),
    "split_number": _("the comma cut the number into two cells; write it without the comma"),
    # What to do, and why
    "bad_action": _("the action is none of add, take, set and reset"),
    "sign_and_action": _("a minus sign beside an action; keep only one of them"),
    "points_to_reset": _("a reset to zero takes no points"),
    "long_reason": _("the reason is too long"),
    "extra_cells": _("more cells than the first line has columns"),
    "no_reason": _("no reason is given"),
    "set_aside": _("set aside to be changed"),
    "hidden_line": _("the spreadsheet hides this line"),
    # What a spreadsheet did
    "shortened_number": _(
        "the spreadsheet shortened this number and its last digits are lost; make the column text, "
        "and enter the number again"
    ),
    "formula": _("a formula; put its result in its place"),
    "date": _("the spreadsheet made a date of this; make the column text, and enter it again"),
    "spreadsheet_error": _("the spreadsheet shows an error here"),
    # Several lines for one customer
    "duplicate_customer": _("the customer has another line"),
    "duplicate_balance": _(
        "the customer has several lines, and one that sets the balance cannot be added up"
    ),
    "adds_up_to_nothing": _("the customer's lines add up to zero"),
}

# Why a line moved nothing.
LINE_PROBLEMS = {
    "customer_not_found": _("Your store has no customer with this number."),
    "not_applied": _("Zid's points history shows that it was not made."),
    "not_sent": _("It did not reach Zid, or Zid was too busy. Try again in a minute."),
    "cancelled": _("The bulk adjustment was cancelled before its turn."),
    "access_lost": _("Zid no longer accepted the app's access to the store."),
    "balance_is_right": _("The balance was right already."),
    "history_unclear": _("The points history shows an entry that may be this one."),
    "no_history": _("Zid has no points history for this customer number."),
    "decided": _("Decided by hand."),
}


def problem_of(*, code: str) -> str:
    """This will give the sentence for a problem's code, or nothing for a code without one."""
    return str({**FILE_PROBLEMS, **LINE_PROBLEMS}.get(code, ""))


def problem_of_left_out(left_out: LeftOut) -> str:
    """This will say what is wrong with a line as it stands, and with what of it."""
    said = problem_of(code=left_out.code)
    return f"{said} ({left_out.value})" if left_out.value else said


def sentence_of(problem: Problem) -> str:
    """This will say what is wrong with a line of a file: where, why, and what stands there."""
    said = _("Line %(line)s: %(why)s") % {
        "line": problem.line,
        "why": problem_of(code=problem.code),
    }
    return f"{said} ({problem.value})" if problem.value else said


def about_hidden_columns(letters: Sequence[str]) -> str:
    """This will say which columns were not read because the spreadsheet hides them."""
    said = ngettext(
        "Column %(letters)s is hidden in the spreadsheet and was not read.",
        "Columns %(letters)s are hidden in the spreadsheet and were not read.",
        len(letters),
    )
    return said % {"letters": ", ".join(letters)}


def whose_time() -> str:
    """Whose time the hours on this page are, by its city: the store's (`StoreMiddleware`)."""
    name = timezone.get_current_timezone_name()
    return str(CITIES.get(name, name))


def text_of(line: Line) -> str:
    """This will say why a line was not applied: in Zid's own words where it gave any."""
    given_back = line.status == LineStatus.PENDING  # it comes again, so nothing is wrong yet
    return line.zid_message or ("" if given_back else problem_of(code=line.problem))
