from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loyaltyadmin.customers import operations
from loyaltyadmin.customers.forms import FindCustomerForm
from loyaltyadmin.web import plots
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import CustomerPoints


@require_GET
@store_required
def find_customer(request: StoreHttpRequest) -> HttpResponse:
    form = FindCustomerForm(request.GET if "customer_id" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("read-customer", customer_id=form.cleaned_data["customer_id"])
    return render(
        request,
        "customers/find_customer.html",
        {"form": form, "nav": "customers"},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
    )


@require_GET
@store_required
def read_customer(request: StoreHttpRequest, customer_id: int) -> HttpResponse:
    try:
        found = operations.read_customer(zid=request.zid, customer_id=customer_id)
    except errors.NotFound:
        form = FindCustomerForm({"customer_id": customer_id})
        form.add_error("customer_id", _("Your store has no customer with this number."))
        return render(
            request,
            "customers/find_customer.html",
            {"form": form, "nav": "customers"},
            status=HTTPStatus.NOT_FOUND,
        )
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
    return {"points": points, "balance_line": line}
