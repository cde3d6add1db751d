"""Files to download: what became of a bulk adjustment's lines, and examples to fill in."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_GET

from loyaltyadmin.points_adjustments import (
    asking,
    earlier,
    operations,
    progress,
    spreadsheets,
    views,
    words,
)
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.spreadsheets import answer


@require_GET
@store_required
def read_results(request: StoreHttpRequest, job_id: uuid.UUID, kind: str) -> HttpResponseBase:
    """Every line with its outcome, for a spreadsheet."""
    job = asking.job_of(request, job_id)
    if job.lines_removed_at is not None:
        return views.job_page(request, job, status=HTTPStatus.GONE)
    return answer(
        file_name=f"bulk-adjustment-{job.created_at:%Y-%m-%d}.{kind}",
        rows=spreadsheets.result_rows(
            store=request.store,
            lines=progress.some_at_a_time(job.lines.all()),
            text_of=words.text_of,
        ),
    )


@require_GET
@store_required
def read_failed(request: StoreHttpRequest, job_id: uuid.UUID, kind: str) -> HttpResponseBase:
    """The lines that were not made, to be put right and uploaded."""
    job = asking.job_of(request, job_id)
    if job.lines_removed_at is not None:
        return views.job_page(request, job, status=HTTPStatus.GONE)
    return answer(
        file_name=earlier.failed_file_name(job=job, kind=kind),
        rows=spreadsheets.failed_rows(
            lines=progress.some_at_a_time(operations.retryable_lines(job=job)),
            left_out=job.left_out.order_by("position").iterator(chunk_size=1000),
            text_of=words.text_of,
            problem_of=words.problem_of_left_out,
        ),
    )


@require_GET
@store_required
def read_template(request: StoreHttpRequest, language: str, kind: str) -> FileResponse:
    """An example to fill in, in either language whatever the page's is."""
    with translation.override(language):
        file_name = f"bulk-adjustment-{language}.{kind}"
        return answer(file_name=file_name, rows=spreadsheets.template_rows(), text_columns=[0])
