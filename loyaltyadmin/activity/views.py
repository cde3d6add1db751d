from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from loyaltyadmin.activity import operations, words
from loyaltyadmin.activity.forms import ListActivityForm
from loyaltyadmin.activity.models import Entry
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.spreadsheets import answer

ENTRIES_PER_PAGE = 25


@require_GET
@store_required
def list_activity(request: StoreHttpRequest) -> HttpResponse:
    form = ListActivityForm(request.GET)
    is_valid = form.is_valid()
    criteria = form.criteria() if is_valid else {}
    entries = operations.list_activity(store=request.store, **criteria)
    page = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(entry, words.differences_of(entry)) for entry in page],
        "query": _query_of(request),
        "is_filtered": any(criteria.values()),
        "nav": "activity",
    }
    status = HTTPStatus.OK if is_valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "activity/list_activity.html", context, status=status)


@require_GET
@store_required
def read_activity_file(request: StoreHttpRequest) -> FileResponse:
    form = ListActivityForm(request.GET)
    criteria = form.criteria() if form.is_valid() else {}
    entries = operations.list_activity(store=request.store, **criteria)
    return answer(file_name="activity.csv", rows=_rows(entries.iterator(chunk_size=1000)))


def _rows(entries: Iterable[Entry]) -> Iterator[Sequence[object]]:
    yield (
        "date",
        "who",
        "session",
        "action",
        "subject",
        "outcome",
        "changed",
        "zid",
        "customer_id",
        "job",
    )
    for entry in entries:
        changed = "; ".join(
            f"{it.field}: {it.before} → {it.after}" for it in words.differences_of(entry)
        )
        yield (
            localtime(entry.at).isoformat(timespec="seconds"),
            words.who_of(entry),
            entry.session,
            entry.action,
            entry.subject,
            entry.outcome,
            changed,
            entry.zid_message,
            entry.customer_id or "",
            entry.job_id or "",
        )


def _query_of(request: StoreHttpRequest) -> str:
    query: QueryDict = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""
