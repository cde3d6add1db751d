"""What a store wants to be asked before a bulk adjustment starts.

Zid's frame does not say which of a store's people it is. A second manager is therefore another
session than the one that asked: whoever opens the app in Zid's dashboard anew has another one.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action as Activity
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Safeguards
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.snapshots.operations import insist
from loyaltyadmin.stores.models import Store


def safeguards_of(*, store: Store) -> Safeguards:
    """This will give what the store wants, or what holds for one that never said."""
    return Safeguards.objects.filter(store=store).first() or Safeguards(store=store)


@transaction.atomic
def set_bulk_safeguards(
    *,
    store: Store,
    by: Actor,
    type_number_above: int | None,
    needs_second_manager: bool,
    based_on: dict[str, object],
) -> None:
    """This will set them. Without `type_number_above` nobody has to type a number.

    Raises: ChangedMeanwhile.
    """
    kept, _ = Safeguards.objects.select_for_update().get_or_create(store=store)
    before = kept.state
    insist(on=based_on, current=before)
    kept.type_number_above = type_number_above
    kept.needs_second_manager = needs_second_manager
    if kept.state == before:
        return
    kept.save()
    activity.record(
        store=store, by=by, action=Activity.SET_BULK_SAFEGUARDS, before=before, after=kept.state
    )


def lacks_approval(*, job: BulkAdjustment, by: Actor, kept: Safeguards | None = None) -> bool:
    """This will tell whether a draft has to be approved, and `by` is not who can.

    `kept` are the store's safeguards, for who has read them.
    """
    if not (kept or safeguards_of(store=job.store)).needs_second_manager:
        return False
    return job.approval_asked_at is None or job.approval_asked_by == by.session


@transaction.atomic
def ask_for_approval(
    *, job: BulkAdjustment, by: Actor, starts_at: dt.datetime | None = None
) -> None:
    """This will have a draft wait for a second manager; asking twice changes nothing."""
    asked = BulkAdjustment.objects.filter(
        id=job.id, status=JobStatus.DRAFT, approval_asked_at=None
    ).update(approval_asked_at=timezone.now(), approval_asked_by=by.session, starts_at=starts_at)
    if asked:
        activity.record(store=job.store, by=by, action=Activity.ASK_FOR_APPROVAL, job_id=job.id)
    job.refresh_from_db(fields=["approval_asked_at", "approval_asked_by", "starts_at"])


def withdraw_approval(*, job: BulkAdjustment) -> None:
    """This will forget that a draft was shown to somebody: it is about to be another one."""
    BulkAdjustment.objects.filter(id=job.id, confirmed_at=None).update(
        approval_asked_at=None, approval_asked_by="", starts_at=None
    )
