"""Django's sessions in the database, in which answers at the same time do not undo one another.

Django's own writes back the whole session as it was when its request began. A search while typing
that ends after a click on "English" would put Arabic back.
"""

from __future__ import annotations

import copy
from typing import Any

from django.contrib.sessions.backends import db
from django.db import router, transaction
from django.utils import timezone

_NOTHING = object()


class SessionStore(db.SessionStore):
    """What is saved is what this request changed; the rest stays as it stands by then."""

    _as_read: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        self._as_read = copy.deepcopy(data)
        return data

    def save(self, must_create: bool = False) -> None:
        with transaction.atomic(using=router.db_for_write(self.model)):
            if not must_create and self._as_read is not None:
                self._merge(self._as_read)
            super().save(must_create)
        self._as_read = copy.deepcopy(dict(self.items()))

    def _merge(self, as_read: dict[str, Any]) -> None:
        """This will take over what others saved since this session was read."""
        row = (
            self.model.objects.select_for_update()
            .filter(session_key=self.session_key, expire_date__gt=timezone.now())
            .first()
        )
        if row is None:
            return  # it has ended: saving will say so
        newest: dict[str, Any] = self.decode(row.session_data)
        mine = dict(self.items())
        for key in as_read.keys() | mine.keys():
            value = mine.get(key, _NOTHING)
            if value is _NOTHING:
                newest.pop(key, None)
            elif value != as_read.get(key, _NOTHING):
                newest[key] = value
        self._session_cache = newest
