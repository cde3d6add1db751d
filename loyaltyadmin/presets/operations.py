"""The points and reasons that a store uses often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.presets.models import Preset
from loyaltyadmin.stores.models import Store

MOST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One preset as it is typed: `action` is a PresetAction, `points` above 0."""

    action: str
    points: int
    reason: str


def list_presets(*, store: Store) -> QuerySet[Preset]:
    """This will give a store's presets in their order, MOST at most."""
    return Preset.objects.filter(store=store).order_by("position")


def preset_at(*, store: Store, position: str) -> Preset | None:
    """This will give the preset that a link names by its position, if there is one."""
    if not position.isdecimal() or len(position) > 1:
        return None
    return Preset.objects.filter(store=store, position=int(position)).first()


@transaction.atomic
def set_presets(*, store: Store, by: Actor, choices: Sequence[Choice]) -> None:
    """This will put these presets in place of the store's earlier ones."""
    Store.objects.select_for_update().get(id=store.id)  # two who save at once come one by one
    Preset.objects.filter(store=store).delete()
    Preset.objects.bulk_create(
        Preset(
            store=store,
            position=at,
            action=choice.action,
            points=choice.points,
            reason=choice.reason,
        )
        for at, choice in enumerate(choices[:MOST], start=1)
    )
    activity.record(
        store=store, by=by, action=Action.SET_PRESETS, after={"number": len(choices[:MOST])}
    )
