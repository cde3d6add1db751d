from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import replace_url, trigger_client_event

from loyaltyadmin.customers import operations, remembering
from loyaltyadmin.customers.forms import FindCustomerForm
from loyaltyadmin.customers.models import Directory
from loyaltyadmin.web import plots
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import CustomerPoints

CUSTOMERS_PER_PAGE = 25
PAGE = "customers/find_customer.html"
LIST = "customers/_customers.html"


@require_http_methods(["GET", "POST"])
@store_required
@whatever_is_paid
def find_customer(request: StoreHttpRequest) -> HttpResponse:
    """The list. What is searched for is posted, and the address that it leads to names no one."""
    is_part = bool(request.htmx and not request.htmx.boosted)
    if request.method == "GET":
        typed = remembering.recall(request, name=request.GET.get("search", ""))
        return _list(request, typed=typed, is_part=is_part)
    typed = request.POST.get("typed", "")
    search = remembering.remember(request, typed=typed, name=request.POST.get("search", ""))
    if is_part:
        answer = _list(request, typed=typed, is_part=True, search=search)
        return replace_url(answer, _address(request, search=search))
    customer_id = operations.number_meant(store=request.store, typed=typed)
    if customer_id is not None:
        return redirect("read-customer", customer_id=customer_id)
    return redirect(_address(request, search=search))


def _list(
    request: StoreHttpRequest, *, typed: str, is_part: bool, search: str | None = None
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    form = _form({"typed": typed, "show": asked.get("show"), "sort": asked.get("sort")})
    criteria = form.cleaned_data if form.is_valid() else {}
    found = operations.list_customers(store=request.store, **criteria)
    paginator = Paginator(found.customers, CUSTOMERS_PER_PAGE)
    if found.count is not None:
        paginator.count = found.count
    search = request.GET.get("search", "") if search is None else search
    context = {
        "form": form,
        "search": search if typed else "",
        "typed": typed,
        "found": found,
        "page": paginator.get_page(request.GET.get("page")),
        "query": f"{_query(request, search=search if typed else '')}&".lstrip("&"),
        "is_filtered": bool(criteria.get("show", operations.Show.ALL) != operations.Show.ALL),
        "asks_zid_for": operations.number_at_zid(typed=typed) if found.count == 0 else None,
        **_directory(request),
        "nav": "customers",
    }
    status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, LIST if is_part else PAGE, context, status=status)


def _form(data: dict[str, Any] | None = None) -> FindCustomerForm:
    return FindCustomerForm(data, url=reverse("find-customer"))


def _query(request: StoreHttpRequest, *, search: str) -> str:
    asked = request.POST if request.method == "POST" else request.GET
    known = {"search": search, "show": asked.get("show", ""), "sort": asked.get("sort", "")}
    defaults = {"", operations.Show.ALL, operations.Sort.NAME}
    return urlencode({name: value for name, value in known.items() if value not in defaults})


def _address(request: StoreHttpRequest, *, search: str) -> str:
    query = _query(request, search=search)
    return f"{reverse('find-customer')}?{query}" if query else reverse("find-customer")


@require_GET
@store_required
def read_directory(request: StoreHttpRequest) -> HttpResponse:
    """How far the reading of the customers is, asked for again while it goes on.

    The list beside it comes in when the first of them are there, and when all are.
    """
    about = _directory(request)
    response = render(request, "customers/_directory.html", about)
    if _has_news(about["directory"], was_empty=request.GET.get("seen") == "0"):
        trigger_client_event(response, "customers-read")
    return response


def _has_news(directory: Directory | None, *, was_empty: bool) -> bool:
    if directory is None:
        return False
    is_over = directory.fetched_at is not None and not directory.is_under_way
    return is_over or (was_empty and directory.seen_count > 0)


@require_POST
@store_required
@whatever_is_paid
def fetch_customers(request: StoreHttpRequest) -> HttpResponse:
    operations.fetch_customers(store=request.store)
    if request.htmx and not request.htmx.boosted:
        return render(request, "customers/_directory.html", _directory(request))
    return redirect("find-customer")


def _directory(request: StoreHttpRequest) -> dict[str, Any]:
    return {"directory": operations.read_directory(store=request.store)}


@require_GET
@store_required
def read_customer(request: StoreHttpRequest, customer_id: int) -> HttpResponse:
    try:
        found = operations.read_customer(
            store=request.store, zid=request.zid, customer_id=customer_id
        )
    except errors.NotFound:
        form = _form({"typed": str(customer_id)})
        form.add_error("typed", _("Your store has no customer with this number."))
        context = {"form": form, "typed": str(customer_id), **_directory(request)}
        context["nav"] = "customers"
        return render(request, PAGE, context, status=HTTPStatus.NOT_FOUND)
    return render(
        request,
        "customers/read_customer.html",
        {
            "customer_id": customer_id,
            "customer": found.customer,
            **_points(found.points),
            "nav": "customers",
        },
    )


@require_GET
@store_required
def read_customer_points(request: StoreHttpRequest, customer_id: int) -> HttpResponse:
    points = operations.read_customer_points(zid=request.zid, customer_id=customer_id)
    context = {"customer_id": customer_id, **_points(points)}
    return render(request, "customers/_points.html", context)


def _points(points: CustomerPoints) -> dict[str, Any]:
    line = plots.step_line(operations.balance_over_time(points))
    return {
        "points": points,
        "balance_line": line,
        "expiring": operations.points_to_expire(points),
    }
