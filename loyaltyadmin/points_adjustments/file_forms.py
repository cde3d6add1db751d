"""Forms that take the lines of a bulk adjustment from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.points_adjustments import sheet, words
from loyaltyadmin.points_adjustments.forms import ReasonField

NO_ROWS = _("No line could be read. The first one with an error is line %(line)s: %(why)s.")
HIDDEN_COLUMN = _("%(column)s (hidden in the spreadsheet)")


class _ReadingForm(forms.Form):
    """A form that ends in a reading, `cleaned_data["reading"]`.

    `source` is the field that mistakes in it are said beside.
    """

    reason = ReasonField(
        required=False,
        help_text=_(
            "For the lines that have no reason of their own. Customers can see it in their points "
            "history."
        ),
    )
    source = ""

    def read(self, content: bytes, *, columns: sheet.Columns | None = None) -> None:
        """Raises: sheet.Unsure."""
        try:
            reading = sheet.read(content=content, columns=columns)
        except sheet.Unreadable as error:
            if isinstance(error, sheet.Unsure):
                raise
            self.add_error(self.source, words.UNREADABLE[error.code])
            return
        self.cleaned_data["reading"] = reading
        if not reading.rows:
            self.refuse(reading.problems)
        elif not self.cleaned_data.get("reason") and any(not row.reason for row in reading.rows):
            self.add_error("reason", _("Some lines have no reason. Write one here for them."))

    def refuse(self, problems: Sequence[sheet.Problem]) -> None:
        """This will say that none of the lines can be sent, and why."""
        if not problems:
            self.add_error(self.source, words.UNREADABLE["empty"])
            return
        first = problems[0]
        params = {"line": first.line, "why": words.problem_of(code=first.code)}
        self.add_error(self.source, forms.ValidationError(NO_ROWS, params=params))


class StartBulkAdjustmentForm(_ReadingForm):
    """A file or pasted lines. Without a reading it is for a person to say what the columns are."""

    file = forms.FileField(
        label=_("File (CSV or XLSX)"),
        required=False,
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,text/csv", "data-shortcut": "new"}
        ),
        error_messages={"empty": words.UNREADABLE["empty"]},
    )
    pasted = forms.CharField(
        label=_("Or paste the lines here"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            # Sent as a file when it is long (static/js/fields.js): fields of a form have a limit.
            attrs={"rows": 3, "dir": "auto", "spellcheck": "false", "data-long-as-file": True}
        ),
        help_text=_("As you copied them from a spreadsheet."),
    )
    field_order = ("file", "pasted", "reason")

    source = "file"
    content = b""
    file_name = ""

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
    ) -> None:
        if data is not None and files is not None and (long := files.get("pasted")):
            # A character more than is allowed, so that it is seen to be too much.
            text = long.read(sheet.MOST_BYTES + 1).decode(errors="replace")
            data = data.copy()
            data["pasted"] = text
        super().__init__(data, files)

    def clean_file(self) -> UploadedFile[bytes] | None:
        upload: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if upload and upload.size and upload.size > sheet.MOST_BYTES:
            raise forms.ValidationError(words.UNREADABLE["too_large"])
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload, pasted = cleaned.get("file"), cleaned.get("pasted", "").strip("\r\n")
        if "file" in self.errors:
            return cleaned
        if upload and pasted:
            self.add_error("pasted", _("Choose a file or paste lines, not both."))
        elif upload:
            self.content, self.file_name = upload.read(), upload.name
        elif pasted:
            self.content, self.source = pasted.encode(), "pasted"
        else:
            self.add_error("file", _("Choose a file, or paste lines below."))
        if self.content:
            try:
                self.read(self.content)
            except sheet.Unsure as unsure:
                # Of a single column nothing can be said: then it is no table, or lacks a half.
                if sheet.look(content=self.content).width == 1:
                    self.add_error(self.source, words.UNREADABLE[unsure.code])
        return cleaned


class MatchColumnsForm(_ReadingForm):
    """Which column is what, as far as a file does not say it by itself."""

    customer = forms.ChoiceField(label=_("Customer"))
    holds = forms.ChoiceField(
        label=_("What names the customer"),
        choices=[
            (sheet.Holds.ANY, _("See line by line")),
            (sheet.Holds.NUMBER, _("Customer number")),
            (sheet.Holds.EMAIL, _("E-mail address")),
            (sheet.Holds.MOBILE, _("Mobile number")),
        ],
    )
    points = forms.ChoiceField(label=_("Points"))
    action = forms.ChoiceField(label=_("Add or take away"), required=False)
    reason_column = forms.ChoiceField(label=_("Reason of each line"), required=False)
    has_names = forms.TypedChoiceField(
        label=_("First line"),
        choices=[("1", _("Names the columns")), ("0", _("Is a customer already"))],
        coerce=lambda chosen: chosen == "1",
        widget=forms.RadioSelect,
    )
    field_order = ("has_names", "customer", "holds", "points", "action", "reason_column", "reason")
    source = "points"

    def __init__(self, *args: Any, content: bytes, look: sheet.Look, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._content, self._look = content, look
        names = []
        for at, letter, name, is_hidden in look.columns_named:
            column = f"{letter} · {name}"
            names.append((str(at), HIDDEN_COLUMN % {"column": column} if is_hidden else column))
        for name in ("customer", "points"):
            self._choices(name, [("", _("Choose a column")), *names])
        for name in ("action", "reason_column"):
            self._choices(name, [("", _("No column")), *names])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = choices
        field.error_messages["required"] = _("Choose a column.")

    @property
    def choice(self) -> dict[str, str]:
        """What was chosen, to be shown again."""
        names = ("has_names", "customer", "holds", "points", "action", "reason_column")
        return {name: self.data.get(name, "") for name in names}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = {name: cleaned.get(name) for name in ("customer", "points", "action")}
        chosen["reason_column"] = cleaned.get("reason_column")
        taken: set[str] = set()
        for name, column in chosen.items():
            if column and column in taken:
                self.add_error(name, _("This column has been chosen already."))
            taken.add(column or "")
        if not self.errors:
            self.read(self._content, columns=self._columns(cleaned))
        return cleaned

    def _columns(self, cleaned: dict[str, Any]) -> sheet.Columns:
        def index(name: str) -> int | None:
            return int(cleaned[name]) if cleaned[name] else None

        return sheet.Columns(
            customers=((sheet.Holds(cleaned["holds"]), int(cleaned["customer"])),),
            points=index("points"),
            action=index("action"),
            reason=index("reason_column"),
            first=self._look.first_line(has_names=cleaned["has_names"]),
            width=self._look.width,
        )
