"""Between a file and its draft: which column is what, where the file does not say so."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from loyaltyadmin.points_adjustments import asking, matching, operations, sheet, tasks, uploads
from loyaltyadmin.points_adjustments.file_forms import MatchColumnsForm
from loyaltyadmin.points_adjustments.models import Upload
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest


@require_http_methods(["GET", "POST"])
@store_required
def match_columns(request: StoreHttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    upload = get_object_or_404(Upload, store=request.store, id=upload_id)
    content = bytes(upload.content)
    look = sheet.look(content=content)
    if request.method == "GET":
        initial = upload.choice or _guessed(look)
        form = MatchColumnsForm(
            content=content, look=look, initial=initial | {"reason": upload.reason}
        )
        return _page(request, upload=upload, look=look, form=form)
    form = MatchColumnsForm(request.POST, content=content, look=look)
    if form.is_valid():
        matched = matching.match(store=request.store, reading=form.cleaned_data["reading"])
        if matched.rows:
            return _start(request, upload=upload, matched=matched, form=form)
        form.refuse(matched.problems)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, upload=upload, look=look, form=form, status=status)


def _start(
    request: StoreHttpRequest, *, upload: Upload, matched: sheet.Sheet, form: MatchColumnsForm
) -> HttpResponse:
    try:
        job = uploads.start_from_upload(
            upload=upload,
            by=asking.actor_of(request),
            sheet=matched,
            reason=form.cleaned_data["reason"],
            choice=form.choice,
        )
    except operations.NotPossible:  # confirmed in another tab, so this is over
        return redirect("list-bulk-adjustments")
    tasks.wake_worker_for(job)
    return redirect("read-bulk-adjustment", job_id=job.id)


def _page(
    request: StoreHttpRequest,
    *,
    upload: Upload,
    look: sheet.Look,
    form: MatchColumnsForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"upload": upload, "look": look, "form": form, "nav": "bulk"}
    template = "points_adjustments/match_columns.html"
    return render(request, template, context, status=status)


def _guessed(look: sheet.Look) -> dict[str, object]:
    columns = look.guess.columns
    holds, customer = columns.customers[0] if columns.customers else (sheet.Holds.ANY, None)
    return {
        "has_names": "1" if look.guess.names else "0",
        "customer": customer,
        "holds": holds,
        "points": columns.points,
        "action": columns.action,
        "reason_column": columns.reason,
    }
