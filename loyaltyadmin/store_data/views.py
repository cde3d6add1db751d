from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.store_data import archive, operations
from loyaltyadmin.store_data.forms import AskForErasureForm
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest


@require_GET
@store_required
def read_store_data(request: StoreHttpRequest) -> HttpResponse:
    return render(request, "store_data/read_store_data.html", _context())


@require_GET
@store_required
def download_store_data(request: StoreHttpRequest) -> StreamingHttpResponse:
    store_id = request.store.id
    return StreamingHttpResponse(
        archive.archive_of(store_id=store_id),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{archive.file_name(store_id=store_id)}"'
        },
    )


@require_http_methods(["GET", "POST"])
@store_required
@whatever_is_paid
def ask_for_erasure(request: StoreHttpRequest) -> HttpResponse:
    form = AskForErasureForm(
        request.POST if request.method == "POST" else None, store_id=request.store.id
    )
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                operations.ask_for_erasure(
                    store=request.store, by=merchant_of(request.session.session_key)
                )
            except operations.NotPossible:  # the page says why
                status = HTTPStatus.CONFLICT
            else:
                return redirect("read-store-data")
    context = _context() | {
        "form": form,
        "is_at_work": operations.is_at_work(store=request.store),
    }
    return render(request, "store_data/ask_for_erasure.html", context, status=status)


@require_POST
@store_required
@whatever_is_paid
def cancel_erasure(request: StoreHttpRequest) -> HttpResponse:
    operations.cancel_erasure(store=request.store, by=merchant_of(request.session.session_key))
    return redirect("read-store-data")


def _context() -> dict[str, Any]:
    return {
        "nav": "activity",
        "days_to_wait": operations.days_to_wait(),
        "days_kept": settings.ERASE_AFTER_DAYS,
        "days_lines_are_kept": settings.KEEP_LINES_DAYS,
    }
