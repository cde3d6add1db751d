"""The support console: Django's admin, to look and not to change (docs/adr/0026).

Staff find a store, its bulk adjustments and its lines by what a merchant tells them on the phone:
the store's number or address, the reference in a customer's points history. No token is even read
from the database, and no text that a merchant or a customer wrote is shown. Of a customer's number
the end is shown; whoever knows the whole number finds its lines by it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from loyaltyadmin.points_adjustments import tasks, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store
from loyaltyadmin.support.forms import SignInForm

logger = logging.getLogger(__name__)


class Console(admin.AdminSite):
    site_header = site_title = "loyaltyadmin support"
    site_url = None
    login_form = SignInForm
    enable_nav_sidebar = False

    def index(  # type: ignore[override]  # a redirect in the place of a page
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Everything begins with a store."""
        return redirect("support:stores_store_changelist")


console = Console(name="support")


# Generic for mypy alone: Django's cannot be subscripted when it runs.
class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """All of the staff see everything that is here; nobody changes a row."""

    actions_on_bottom = False
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Store, site=console)
class StoreConsole(ReadOnly):
    search_fields = ("=id", "title", "url")
    search_help_text = "The store's number, title or address"
    list_display = ("id", "title", "url", "installed_at", "uninstalled_at", "tokens_expire_at")
    ordering = ("-installed_at",)
    fields = (
        "id",
        "title",
        "url",
        "currency",
        "language",
        "installed_at",
        "uninstalled_at",
        "subscription",
        "subscription_ends_on",
        "tokens_expire_at",
        "refresh_due_at",
        "refresh_refused_at",
        "refresh_claimed_until",
        "check_due_at",
        "checked_at",
        "lines_without_outcome",
        "bulk_adjustments",
    )
    readonly_fields = ("lines_without_outcome", "bulk_adjustments")
    actions = ("reconcile",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Store]:
        rows: QuerySet[Store] = super().get_queryset(request)
        return rows.defer("authorization", "manager_token", "refresh_token", "lookup_token_sha256")

    def lines_without_outcome(self, store: Store) -> str:
        open_ones = (LineStatus.CLAIMED, LineStatus.UNKNOWN, LineStatus.UNSETTLED)
        return _counts(Line.objects.filter(store=store, status__in=open_ones))

    def bulk_adjustments(self, store: Store) -> SafeString:
        address = reverse("support:points_adjustments_bulkadjustment_changelist")
        said = _counts(BulkAdjustment.objects.filter(store=store))
        return format_html('<a href="{}?store__id__exact={}">{}</a>', address, store.id, said)

    @admin.action(description="Look lost answers up again", permissions=["view"])
    def reconcile(self, request: HttpRequest, stores: QuerySet[Store]) -> None:
        for store in stores.filter(uninstalled_at=None):
            count = turns.look_again(store=store)
            tasks.wake_worker(store_id=store.id)
            logger.warning(
                "staff %s had %d lines of store %s looked up again",
                request.user.pk,
                count,
                store.id,
            )
            self.message_user(
                request, f"Store {store.id}: {count} lines are looked up in the points history."
            )


@admin.register(BulkAdjustment, site=console)
class BulkAdjustmentConsole(ReadOnly):
    search_fields = ("=id", "=store__id")
    search_help_text = "The bulk adjustment's id, or the store's number"
    list_display = ("id", "store", "status", "source", "confirmed_at", "started_at", "ended_at")
    list_filter = ("status",)
    list_select_related = ("store",)
    ordering = ("-created_at",)
    fields = (
        "id",
        "store",
        "status",
        "source",
        "pause_reason",
        "cancel_reason",
        "created_at",
        "confirmed_at",
        "starts_at",
        "started_at",
        "ended_at",
        "lines_removed_at",
        "outcomes",
    )
    readonly_fields = ("outcomes",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkAdjustment]:
        rows: QuerySet[BulkAdjustment] = super().get_queryset(request)
        return rows.only(*(name for name in self.fields if name != "outcomes"), "store__id")

    def outcomes(self, job: BulkAdjustment) -> SafeString | str:
        if job.lines_removed_at is not None:
            return f"removed on {job.lines_removed_at:%Y-%m-%d}"
        address = reverse("support:points_adjustments_line_changelist")
        return format_html(
            '<a href="{}?job__id__exact={}">{}</a>', address, job.id, _counts(job.lines.all())
        )


@admin.register(Line, site=console)
class LineConsole(ReadOnly):
    search_fields = ("=reference", "=customer_id")
    search_help_text = "The reference in the points history, or the customer's whole number"
    list_display = (
        "reference",
        "customer",
        "status",
        "action",
        "direction",
        "points",
        "attempts",
        "claimed_at",
        "applied_at",
        "problem",
    )
    list_select_related = False
    ordering = ("-id",)
    fields = (
        "reference",
        "store_number",
        "job_number",
        "customer",
        "status",
        "action",
        "target",
        "balance_before",
        "direction",
        "points",
        "attempts",
        "claimed_at",
        "unknown_at",
        "look_at",
        "applied_at",
        "ended_at",
        "problem",
        "created_at",
    )
    readonly_fields = ("store_number", "job_number", "customer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Line]:
        rows: QuerySet[Line] = super().get_queryset(request)
        rows = rows.defer("reason", "zid_message")
        is_list = request.resolver_match is None or "object_id" not in request.resolver_match.kwargs
        # Nobody needs to leaf through all of them, and there are millions.
        return rows.none() if is_list and not request.GET else rows

    @admin.display(description="store")
    def store_number(self, line: Line) -> int:
        return line.store_id

    @admin.display(description="bulk adjustment")
    def job_number(self, line: Line) -> str:
        return str(line.job_id or "")

    def customer(self, line: Line) -> str:
        return f"…{line.customer_id % 1000:03}"


def _counts(rows: QuerySet[Any]) -> str:
    counts = rows.values_list("status").annotate(count=Count("id")).order_by("status")
    return ", ".join(f"{count} {status}" for status, count in counts) or "none"
