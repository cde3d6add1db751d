"""Putting every store's tokens under the first of TOKEN_ENCRYPTION_KEYS, while everything runs."""

from __future__ import annotations

import enum
from collections import Counter

from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from loyaltyadmin.stores.encryption import is_under
from loyaltyadmin.stores.models import Store

TOKENS = ("authorization", "manager_token", "refresh_token")


class Outcome(enum.Enum):
    NONE = "without tokens"
    AS_IT_WAS = "under the first key already"
    ROTATED = "encrypted anew"
    UNREADABLE = "that none of the keys can read"


def rotate_all() -> Counter[Outcome]:
    """This will encrypt the tokens of every store under the first key; counts what became of each.

    Done twice, or stopped half-way and done again, it does no harm.
    """
    ids = Store.objects.order_by("id").values_list("id", flat=True)
    return Counter(rotate(store_id=store_id) for store_id in ids)


def rotate(*, store_id: int) -> Outcome:
    """This will do so for one store.

    A refresh in between wins: what is written is what was read, and only while the store has no
    newer tokens. Those are looked at in their turn: a process that was not started again since the
    key was put in front may have written them.
    """
    as_written = {f"raw_{name}": Cast(name, TextField()) for name in TOKENS}
    while True:
        store = Store.objects.filter(id=store_id).annotate(**as_written).first()
        written = {name: it for name in TOKENS if (it := getattr(store, f"raw_{name}", ""))}
        if store is None or not written:
            return Outcome.NONE
        if all(is_under(it, key=settings.TOKEN_ENCRYPTION_KEYS[0]) for it in written.values()):
            return Outcome.AS_IT_WAS
        tokens = {name: getattr(store, name) for name in written}
        if not all(tokens.values()):
            return Outcome.UNREADABLE  # nor may it be overwritten: the key may yet be found
        same = Store.objects.filter(id=store.id, tokens_version=store.tokens_version)
        if same.update(**tokens):
            return Outcome.ROTATED
