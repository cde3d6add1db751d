from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, FilteredRelation, Q

from loyaltyadmin.stores.encryption import EncryptedTextField
from loyaltyadmin.stores.subscriptions import ALLOWS, UNKNOWN, Allows, Subscription
from loyaltyadmin.stores.time_zones import time_zone_of
from loyaltyadmin.zid.types import Tokens


class StoreQuerySet(models.QuerySet["Store"]):
    def connected(self) -> StoreQuerySet:
        """Stores that have the app installed."""
        return self.filter(uninstalled_at=None)

    def with_running_job(self) -> StoreQuerySet:
        """Each store tells its `running_job_id`, in the query that reads it anyway.

        By the relation's name, because bulk adjustments are above this package. The database
        allows one running one for each store, so no store comes twice.
        """
        running = FilteredRelation(
            "bulk_adjustments", condition=Q(bulk_adjustments__status="running")
        )
        return self.annotate(running=running).annotate(running_job_id=F("running__id"))


class Store(models.Model):
    """A store on Zid that has, or had, the app.

    Its key is Zid's own number for it, so that `store_id` means the same in our rows, in Zid's
    headers and in what an operator types.
    """

    id = models.BigIntegerField(primary_key=True)
    uuid = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500, blank=True)
    currency = models.CharField(max_length=8, blank=True, help_text="ISO code, when Zid said it")
    language = models.CharField(max_length=2, default="ar")
    installed_at = models.DateTimeField()
    uninstalled_at = models.DateTimeField(null=True)

    authorization = EncryptedTextField(blank=True)
    manager_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    tokens_expire_at = models.DateTimeField(null=True)
    # Counts the token sets, so that two processes can tell who refreshes which.
    tokens_version = models.PositiveIntegerField(default=0)
    refresh_claimed_until = models.DateTimeField(null=True)
    refresh_due_at = models.DateTimeField(
        null=True, help_text="well before the tokens end; null where Zid did not say when"
    )
    refresh_refused_at = models.DateTimeField(
        null=True, help_text="when Zid refused to renew them: only a new installation helps"
    )
    # When Zid is asked next whether the store has the app, and what it pays: once a day, and soon
    # after an event that hints at a change.
    check_due_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    subscription = models.CharField(max_length=9, choices=Subscription, blank=True)
    subscription_ends_on = models.DateField(null=True, help_text="when Zid said it")
    erasure_due_at = models.DateTimeField(
        null=True, help_text="when the merchant wants the app and all its data to be gone"
    )
    erasing_since = models.DateTimeField(
        null=True, help_text="no way back: until all is gone the app cannot be installed again"
    )
    guide_dismissed_at = models.DateTimeField(
        null=True, help_text="when the merchant put the first-run guide away"
    )
    # Only the hash: the token itself is a credential that Zid keeps. Null and not empty for stores
    # without one, because it is unique.
    lookup_token_sha256 = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001

    objects = StoreQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="uninstalled_store_keeps_no_token",
                condition=models.Q(uninstalled_at=None)
                | models.Q(
                    authorization="",
                    manager_token="",
                    refresh_token="",
                    lookup_token_sha256=None,
                ),
            ),
            models.CheckConstraint(
                name="connected_store_is_not_being_erased",
                condition=Q(erasing_since=None) | Q(uninstalled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"store {self.id}"

    @property
    def time_zone(self) -> ZoneInfo:
        return time_zone_of(currency=self.currency)

    @property
    def allows(self) -> Allows:
        """What it may do by what it pays."""
        return ALLOWS[Subscription(self.subscription)] if self.subscription else UNKNOWN

    @property
    def tokens(self) -> Tokens:
        return Tokens(
            authorization=self.authorization,
            manager_token=self.manager_token,
            refresh_token=self.refresh_token,
        )


class StoreManager(models.Model):
    """Who installed the app on a store, as Zid told at the time."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="managers")
    manager_id = models.BigIntegerField()
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=255, blank=True)
    installed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "manager_id"], name="one_row_per_manager")
        ]

    def __str__(self) -> str:
        return f"manager {self.manager_id} of store {self.store_id}"


class RateBucket(models.Model):
    """How full a store's bucket of calls is, where there is no Redis to keep it.

    `empty_at` is the moment, in microseconds since 1970, at which the bucket will have drained.
    """

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True)
    empty_at = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"bucket of store {self.store_id}"
