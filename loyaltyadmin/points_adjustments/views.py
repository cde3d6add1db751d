from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseLocation, trigger_client_event

from loyaltyadmin.activity.operations import Actor, merchant_of
from loyaltyadmin.customers.operations import has_all_customers
from loyaltyadmin.points_adjustments import (
    choosing,
    draft_pages,
    drafts,
    earlier,
    job_pages,
    matching,
    operations,
    progress,
    safeguards,
    spreadsheets,
    tasks,
    uploads,
    words,
)
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.file_forms import StartBulkAdjustmentForm
from loyaltyadmin.points_adjustments.forms import (
    AdjustManyForm,
    ConfirmBulkAdjustmentForm,
    SafeguardsForm,
)
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JOB_STOPPABLE, JobStatus
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.segments.operations import list_segments
from loyaltyadmin.snapshots import edits
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.spreadsheets import answer

JOBS_PER_PAGE = 20
CELLS = ("customer", "points", "action", "reason")
MOST_DIGITS = 18  # of an id of ours
MOST_REASON = 255


@require_GET
@store_required
def list_bulk_adjustments(request: StoreHttpRequest) -> HttpResponse:
    return _bulk_page(request, form=StartBulkAdjustmentForm())


@require_http_methods(["GET", "POST"])
@store_required
def start_bulk_adjustment(request: StoreHttpRequest) -> HttpResponse:
    if request.method == "GET":  # a form with mistakes stands at this address: reload, language
        return redirect("list-bulk-adjustments")
    form = StartBulkAdjustmentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _bulk_page(request, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    reading = form.cleaned_data.get("reading")
    if reading is None:
        upload = uploads.keep_upload(
            store=request.store,
            content=form.content,
            file_name=form.file_name,
            reason=form.cleaned_data["reason"],
        )
        return redirect("match-columns", upload_id=upload.id)
    matched = matching.match(store=request.store, reading=reading)
    if not matched.rows:
        form.refuse(matched.problems)
        return _bulk_page(request, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    job = uploads.start_from_file(
        store=request.store,
        by=_by(request),
        sheet=matched,
        reason=form.cleaned_data["reason"],
        content=form.content,
        file_name=form.file_name,
    )
    tasks.wake_worker_for(job)
    return redirect("read-bulk-adjustment", job_id=job.id)


@require_http_methods(["GET", "POST"])
@store_required
def adjust_chosen_customers(request: StoreHttpRequest) -> HttpResponse:
    """The same adjustment for a segment or for customers that the address names, or everyone."""
    ids = _ids(request.GET)
    segment = _segment(request)
    customers = choosing.chosen_customers(store=request.store, ids=ids, segment=segment)
    form = AdjustManyForm(request.POST if request.method == "POST" else None)
    is_nobody = ids == []
    is_possible = bool(ids) or (ids is None and has_all_customers(store=request.store))
    if is_possible and form.is_valid():
        try:
            job = choosing.start_for_customers(
                store=request.store,
                by=_by(request),
                customers=customers.iterator(chunk_size=choosing.IDS_AT_ONCE),
                name=segment.name if segment else "",
                **form.cleaned_data,
            )
        except operations.NotPossible:
            form.add_error(None, _("None of these customers is on the list of your customers."))
        except choosing.TooMany:
            form.add_error(None, _("More than 100,000 customers at once are not possible."))
        else:
            tasks.wake_worker_for(job)
            return redirect("read-bulk-adjustment", job_id=job.id)
    context = {
        "form": form,
        "count": customers.count(),
        "segment": segment,
        "segments": list_segments(store=request.store) if ids is None else [],
        "is_everyone": ids is None and segment is None,
        "is_nobody": is_nobody,
        "is_possible": is_possible,
        "nav": "bulk",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    template = "points_adjustments/adjust_chosen_customers.html"
    return render(request, template, context, status=status)


def _ids(query: QueryDict) -> list[int] | None:
    """Whom an address names; None if it names nobody, which is not the same as naming no one."""
    if "customer" not in query:
        return None
    return [number for it in query.getlist("customer") if (number := _number(it))]


def _segment(request: StoreHttpRequest) -> Segment | None:
    if "segment" not in request.GET:
        return None
    try:
        return get_object_or_404(Segment, store=request.store, id=request.GET["segment"])
    except ValidationError:
        raise Http404 from None


def _bulk_page(
    request: StoreHttpRequest,
    *,
    form: StartBulkAdjustmentForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    jobs = BulkAdjustment.objects.kept().filter(store=request.store).order_by("-created_at")
    page = Paginator(jobs, JOBS_PER_PAGE).get_page(request.GET.get("page"))
    counts = progress.progress_of_each(jobs=page)
    return render(
        request,
        "points_adjustments/list_bulk_adjustments.html",
        {
            "form": form,
            "page": page,
            "jobs": [(job, counts[job.id]) for job in page],
            "nav": "bulk",
        },
        status=status,
    )


@require_http_methods(["GET", "POST"])
@store_required
def set_bulk_safeguards(request: StoreHttpRequest) -> HttpResponse:
    template, context = "points_adjustments/set_bulk_safeguards.html", {"nav": "bulk"}
    if request.method == "POST":
        form = SafeguardsForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: safeguards.set_bulk_safeguards(
                store=request.store, by=_by(request), **form.cleaned_data
            ),
            template=template,
            context=context,
            zid_names={},
            done_url=reverse("list-bulk-adjustments"),
            done=_("The safeguards are saved"),
        )
    state = safeguards.safeguards_of(store=request.store).state
    initial = state | {
        "needs_second_manager": "1" if state["needs_second_manager"] else "0",
        "based_on": state,
    }
    return render(request, template, context | {"form": SafeguardsForm(initial=initial)})


@require_GET
@store_required
def read_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return _job_page(request, _job(request, job_id))


def _job_page(
    request: StoreHttpRequest,
    job: BulkAdjustment,
    *,
    form: ConfirmBulkAdjustmentForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    if job.status == JobStatus.DRAFT:
        about = draft_pages.draft(job, by=_by(request), query=request.GET, form=form)
        about |= draft_pages.lines(job, query=request.GET)
    elif job.status == JobStatus.WRITING:
        about = job_pages.writing_of(job)
    elif job.is_discarded:
        about = {"job": job}
    else:
        about = job_pages.progress_of(job) | job_pages.lines(job, query=request.GET)
    context = {**about, **job_pages.history(job), "nav": "bulk"}
    return render(request, "points_adjustments/read_bulk_adjustment.html", context, status=status)


@require_GET
@store_required
def read_progress(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """What a page asks again for while it is looked at; nothing when nothing has changed."""
    job, seen = _job(request, job_id), request.GET.get("seen", "")
    is_writing = job.status == JobStatus.WRITING
    if not is_writing and seen.startswith(JobStatus.WRITING):  # the whole page is another one now
        return _whole_page(job)
    about = job_pages.writing_of(job) if is_writing else job_pages.progress_of(job)
    if about["seen"] == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if is_writing:
        return render(request, "points_adjustments/_writing.html", about)
    response = render(request, "points_adjustments/_progress.html", about)
    return trigger_client_event(response, "lines-changed")


@require_GET
@store_required
def read_running_line(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """How far a bulk adjustment is, for the line on the store's other pages."""
    about = job_pages.in_a_line(_job(request, job_id))
    return render(request, "points_adjustments/_running.html", {"running": about})


@require_GET
@store_required
def list_lines(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    about = job_pages.lines(_job(request, job_id), query=request.GET)
    return render(request, "points_adjustments/_lines.html", about)


@require_GET
@store_required
def read_draft(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The draft of an undo, asked for again while its customers' balances are being read."""
    job = _job(request, job_id)
    if job.status != JobStatus.DRAFT:
        return _whole_page(job)
    about = draft_pages.draft(job, by=_by(request), query=request.GET)
    return render(request, "points_adjustments/_draft.html", about)


@require_GET
@store_required
def read_results(request: StoreHttpRequest, job_id: uuid.UUID, kind: str) -> FileResponse:
    """Every line with its outcome, for a spreadsheet."""
    job = _job(request, job_id)
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
def read_failed(request: StoreHttpRequest, job_id: uuid.UUID, kind: str) -> FileResponse:
    """The lines that were not made, to be put right and uploaded."""
    job = _job(request, job_id)
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


@require_POST
@store_required
def confirm_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Start a draft; or where a second manager has to approve it, ask for that first."""
    job = _job(request, job_id)
    form = draft_pages.confirm_form(job, data=request.POST)
    if not form.is_valid():
        return _job_page(request, job, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    starts_at = form.cleaned_data["starts_at"]
    confirm = partial(operations.confirm_bulk_adjustment, by=_by(request), starts_at=starts_at)
    try:
        return _change(request, job_id, confirm)
    except operations.ApprovalMissing:
        safeguards.ask_for_approval(job=job, by=_by(request), starts_at=starts_at)
        return redirect("read-bulk-adjustment", job_id=job.id)


@require_POST
@store_required
def edit_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Change a draft: which button was pressed says how. What was typed is read with any of them.

    - `save`: only that; - `drop`: a line that was left out, or `all` of them;
    - `drop_line`, `set_aside`: a line of the draft; - `duplicates`: what to do with them;
    - `hidden`: whether to `take` or to `drop` the lines that the spreadsheet hides.
    """
    job, by, edits = _job(request, job_id), _by(request), _edits(request.POST)
    with contextlib.suppress(operations.NotPossible):
        drafts.edit_bulk_adjustment(job=job, by=by, edits=edits)
        tasks.wake_worker_for(job)
    query = request.GET.urlencode()
    url = reverse("read-bulk-adjustment", args=[job.id])
    if request.htmx and job.status == JobStatus.WRITING:
        return _whole_page(job)
    return redirect(f"{url}?{query}" if query else url)


def _edits(form: QueryDict) -> drafts.Edits:
    policy = form.get("duplicates")
    return drafts.Edits(
        typed=_typed(form),
        drop_all_left_out=form.get("drop") == "all",
        drop_left_out=_number(form.get("drop")),
        drop_hidden=form.get("hidden") == "drop",
        take_hidden=form.get("hidden") == "take",
        drop_line=_number(form.get("drop_line")),
        set_aside=_number(form.get("set_aside")),
        duplicates=Duplicates(policy) if policy in Duplicates.values else None,
    )


def _typed(form: QueryDict) -> dict[int, drafts.Cells]:
    """The lines in which something was changed: each says what it was when it was shown."""
    ids = [number for it in form.getlist("left_out") if (number := _number(it))]
    now = {it: drafts.Cells(**{name: form.get(f"{name}-{it}", "") for name in CELLS}) for it in ids}
    return {
        it: cells
        for it, cells in now.items()
        if any(getattr(cells, name) != form.get(f"was-{name}-{it}", "") for name in CELLS)
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else None


@require_POST
@store_required
@whatever_is_paid
def pause_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return _change(request, job_id, partial(operations.pause_bulk_adjustment, by=_by(request)))


@require_POST
@store_required
def resume_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return _change(request, job_id, partial(operations.resume_bulk_adjustment, by=_by(request)))


@require_http_methods(["GET", "POST"])
@store_required
@whatever_is_paid
def cancel_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Asked for by GET, it says first how many lines will not be sent: a dialog, or a page."""
    if request.method == "POST":
        cancel = partial(operations.cancel_bulk_adjustment, by=_by(request))
        return _change(request, job_id, cancel)
    job = _job(request, job_id)
    is_part = request.htmx and not request.htmx.boosted
    if job.status not in JOB_STOPPABLE:
        url = reverse("read-bulk-adjustment", args=[job.id])
        return HttpResponseLocation(url, target="body") if is_part else redirect(url)
    template = "points_adjustments/cancel_bulk_adjustment.html"
    context = {"job": job, "progress": progress.progress_of(job=job), "nav": "bulk"}
    return render(request, "points_adjustments/_cancel.html" if is_part else template, context)


@require_POST
@store_required
def undo_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    def reason_for(reason: str) -> str:
        return (_("Correction: %(reason)s") % {"reason": reason})[:MOST_REASON]

    undo = partial(operations.undo_bulk_adjustment, by=_by(request), reason_for=reason_for)
    return _follow_up(request, _job(request, job_id), undo)


@require_POST
@store_required
def retry_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    retry = partial(operations.retry_bulk_adjustment, by=_by(request))
    return _follow_up(request, _job(request, job_id), retry)


@require_POST
@store_required
@whatever_is_paid
def decide_line(request: StoreHttpRequest, line_id: int) -> HttpResponse:
    """The merchant says what became of a line that Zid's history cannot settle."""
    line = get_object_or_404(Line, store=request.store, id=line_id)
    if request.POST.get("happened") in {"0", "1"}:
        with contextlib.suppress(operations.NotPossible):
            operations.decide_line(
                line=line, by=_by(request), happened=request.POST["happened"] == "1"
            )
    if line.job_id is None:
        return redirect("read-adjustment", customer_id=line.customer_id, line_id=line.id)
    return redirect("read-bulk-adjustment", job_id=line.job_id)


def _by(request: StoreHttpRequest) -> Actor:
    return merchant_of(request.session.session_key)


def _follow_up(
    request: StoreHttpRequest,
    job: BulkAdjustment,
    operation: Callable[..., BulkAdjustment],
) -> HttpResponse:
    """Draft a job that follows from another, and show it; or the other, if nothing follows."""
    try:
        draft = operation(job=job)
    except operations.NotPossible:
        return redirect("read-bulk-adjustment", job_id=job.id)
    tasks.wake_worker(store_id=request.store.id)
    return redirect("read-bulk-adjustment", job_id=draft.id)


def _change(
    request: StoreHttpRequest, job_id: uuid.UUID, operation: Callable[..., None]
) -> HttpResponse:
    """Change a bulk adjustment and show what it is now; one that has moved on shows just that."""
    job = _job(request, job_id)
    try:
        operation(job=job)
    except operations.ApprovalMissing:
        raise
    except operations.NotPossible:
        job = _job(request, job_id)
    if job.status in {JobStatus.QUEUED, JobStatus.CANCELLING}:
        tasks.wake_worker(store_id=request.store.id)
    if job.is_discarded:
        return redirect("list-bulk-adjustments")  # a draft that was thrown away is no more
    return redirect("read-bulk-adjustment", job_id=job.id)


def _whole_page(job: BulkAdjustment) -> HttpResponse:
    """For who asked for a part of a page that is another one now."""
    url = reverse("read-bulk-adjustment", args=[job.id])
    return HttpResponseLocation(url, target="body", swap="innerHTML")


def _job(request: StoreHttpRequest, job_id: uuid.UUID) -> BulkAdjustment:
    job = get_object_or_404(BulkAdjustment, store=request.store, id=job_id)
    job.store = request.store  # read already
    return job
