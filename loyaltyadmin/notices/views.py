from __future__ import annotations

import contextlib
import uuid
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.notices import carriers, operations, previews
from loyaltyadmin.notices.forms import TellCustomersForm
from loyaltyadmin.notices.models import Notice
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.web.context import both_languages
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.redirects import lead_to

TEMPLATE = "notices/tell_customers.html"


@require_http_methods(["GET", "POST"])
@store_required
def tell_customers(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job = _job(request, job_id)
    if not operations.may_ask(job=job):
        return redirect("read-bulk-adjustment", job_id=job.id)
    if request.method == "GET":
        initial = previews.initial_of(job=job)
        form = TellCustomersForm(channels=carriers.configured(), initial=initial)
        return _page(request, job, form=form, values=initial)
    form = TellCustomersForm(request.POST, channels=carriers.configured())
    if not form.is_valid():
        return _page(request, job, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    with contextlib.suppress(operations.NotPossible):  # the first customer was told meanwhile
        operations.tell_customers(
            job=job,
            by=merchant_of(request.session.session_key),
            **form.asked,
        )
    return _back(request, job, done=_("It is arranged who is told"))


@require_POST
@store_required
@whatever_is_paid
def preview_notice(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """What the first customer would get; nothing is kept."""
    job = _job(request, job_id)
    form = TellCustomersForm(request.POST, channels=carriers.configured())
    is_valid = form.is_valid()
    if not request.htmx or request.htmx.boosted:
        status = HTTPStatus.OK if is_valid else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, job, form=form, values=form.cleaned_data, status=status)
    context = {"preview": previews.preview_of(job=job, values=form.cleaned_data)}
    return render(request, "notices/_preview.html", context)


@require_POST
@store_required
@whatever_is_paid
def stop_telling(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job = _job(request, job_id)
    notice = get_object_or_404(Notice, job=job)
    with contextlib.suppress(operations.NotPossible):
        operations.stop_telling(notice=notice, by=merchant_of(request.session.session_key))
    return redirect("read-bulk-adjustment", job_id=job.id)


@require_GET
@store_required
def read_notice(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """How far telling the customers is, asked for again and again until all were told."""
    return render(request, "notices/_notice.html", {"job": _job(request, job_id)})


@csrf_exempt  # the address itself is the secret, and a mail program has no other (RFC 8058)
@require_http_methods(["GET", "POST"])
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """The customer's page. Only a POST does something: programs that look at mails follow links."""
    if not operations.is_ours(token=token):
        raise Http404
    if request.method == "POST":
        operations.opt_out(token=token)
    is_opted_out = operations.has_opted_out(token=token)
    context = {"is_opted_out": is_opted_out, "languages": both_languages()}
    return render(request, "notices/opt_out.html", context)


def _page(
    request: StoreHttpRequest,
    job: BulkAdjustment,
    *,
    form: TellCustomersForm,
    values: dict[str, Any] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "nav": "bulk",
        "job": job,
        "form": form,
        "preview": previews.preview_of(job=job, values=values or {}),
        **previews.reach_of(job=job),
    }
    return render(request, TEMPLATE, context, status=status)


def _back(request: StoreHttpRequest, job: BulkAdjustment, *, done: str) -> HttpResponse:
    url = reverse("read-bulk-adjustment", kwargs={"job_id": job.id})
    return lead_to(request, url, done=done)


def _job(request: StoreHttpRequest, job_id: uuid.UUID) -> BulkAdjustment:
    return get_object_or_404(BulkAdjustment, store=request.store, id=job_id)
