from __future__ import annotations

from django.conf import settings
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from loyaltyadmin.points_adjustments import (
    column_views,
    draft_views,
    file_views,
    start_views,
    views,
)
from loyaltyadmin.web.spreadsheets import KINDS


class SpreadsheetConverter(StringConverter):
    regex = "|".join(KINDS)


class LanguageConverter(StringConverter):
    regex = "|".join(code for code, _ in settings.LANGUAGES)


register_converter(SpreadsheetConverter, "spreadsheet")
register_converter(LanguageConverter, "language")

_JOB = "bulk-adjustments/<uuid:job_id>/"

urlpatterns = [
    path("bulk-adjustments/", start_views.list_bulk_adjustments, name="list-bulk-adjustments"),
    path(
        "bulk-adjustments/start/", start_views.start_bulk_adjustment, name="start-bulk-adjustment"
    ),
    path(
        "bulk-adjustments/chosen/",
        start_views.adjust_chosen_customers,
        name="adjust-chosen-customers",
    ),
    path(
        "bulk-adjustments/safeguards/", start_views.set_bulk_safeguards, name="set-bulk-safeguards"
    ),
    path(
        "bulk-adjustments/template-<language:language>.<spreadsheet:kind>",
        file_views.read_template,
        name="read-bulk-template",
    ),
    path(
        "bulk-adjustments/columns/<uuid:upload_id>/",
        column_views.match_columns,
        name="match-columns",
    ),
    path(_JOB, views.read_bulk_adjustment, name="read-bulk-adjustment"),
    path(f"{_JOB}progress/", views.read_progress, name="read-bulk-progress"),
    path(f"{_JOB}line/", views.read_running_line, name="read-running-line"),
    path(f"{_JOB}lines/", views.list_lines, name="list-bulk-lines"),
    path(f"{_JOB}results.<spreadsheet:kind>", file_views.read_results, name="read-bulk-results"),
    path(f"{_JOB}failed.<spreadsheet:kind>", file_views.read_failed, name="read-bulk-failed"),
    path(f"{_JOB}confirm/", draft_views.confirm_bulk_adjustment, name="confirm-bulk-adjustment"),
    path(f"{_JOB}edit/", draft_views.edit_bulk_adjustment, name="edit-bulk-adjustment"),
    path(f"{_JOB}pause/", views.pause_bulk_adjustment, name="pause-bulk-adjustment"),
    path(f"{_JOB}resume/", views.resume_bulk_adjustment, name="resume-bulk-adjustment"),
    path(f"{_JOB}undo/", views.undo_bulk_adjustment, name="undo-bulk-adjustment"),
    path(f"{_JOB}retry/", views.retry_bulk_adjustment, name="retry-bulk-adjustment"),
    path(f"{_JOB}draft/", draft_views.read_draft, name="read-bulk-draft"),
    path("adjustments/<int:line_id>/decide/", views.decide_line, name="decide-line"),
    path(f"{_JOB}cancel/", views.cancel_bulk_adjustment, name="cancel-bulk-adjustment"),
]
