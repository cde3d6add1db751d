"""Faults on request: what a network and somebody else's server do on a bad day."""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
import threading
from collections.abc import Mapping
from typing import Any

KINDS = (
    "latency",  # the answer comes `seconds` late
    "status",  # answers `status` instead of the real thing
    "drop",  # the connection breaks; drop_before and drop_after are the same with `after` said
    "hang",  # silence for `seconds`, then the connection breaks (or, with `answers`, an answer)
    "garbage",  # 200 with half a JSON document
    "redirect_login",  # 302 to a page that asks for a password
)
_SPELLINGS = {
    "drop_before": ("drop", False),
    "drop_after": ("drop", True),
    "garbage_before": ("garbage", False),
    "garbage_after": ("garbage", True),
    "malformed": ("garbage", None),
    "timeout": ("hang", None),
}


@dataclasses.dataclass(kw_only=True)
class Fault:
    path: str
    kind: str
    status: int = 500
    # Whether the change was made before things went wrong.
    after: bool = False
    # With drop or hang: the change is made `seconds` after the connection died.
    apply_late: bool = False
    # With hang: there is an answer in the end.
    answers: bool = False
    seconds: float = 0
    probability: float = 1
    # How many times are left; None goes on for ever.
    count: int | None = None
    method: str | None = None
    # Only for this store, which is known by the tokens of the call.
    store_id: int | None = None
    retry_after: int | None = None
    # With a status: which of Zid's sentences is said of which field, such as {"days": "whole"}.
    fields: dict[str, str] | None = None
    seed: int | None = None
    id: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  # bad luck, not secrets

    @classmethod
    def from_json(cls, wanted: Mapping[str, Any]) -> Fault:
        """This will raise ValueError when the wish makes no sense."""
        known = {field.name for field in dataclasses.fields(cls)} - {"id", "hits"}
        if unknown := set(wanted) - known:
            raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
        values = dict(wanted)
        values.setdefault("path", "")
        spelt, after = _SPELLINGS.get(str(values.get("kind")), (values.get("kind"), None))
        if spelt not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}.")
        values["kind"] = spelt
        if after is not None:
            values["after"] = after
        _check_pattern(str(values["path"]))
        return cls(**values)

    def matches(self, *, method: str, path: str, store_id: int | None) -> bool:
        return (
            self.count != 0
            and (self.method is None or self.method.upper() == method)
            and (self.store_id is None or self.store_id == store_id)
            and (self.path in path or re.search(self.path, path) is not None)
        )

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def _check_pattern(path: str) -> None:
    try:
        re.compile(path)
    except re.error as error:
        raise ValueError(f"path is neither a text nor a pattern: {error}") from error


class Faults:
    """The active ones. Latencies add up; of the others the oldest that is due strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            fault.id = next(self._ids)
            self._active.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._active.clear()

    def any(self) -> bool:
        return bool(self._active)

    def active(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._active if fault.count != 0]

    def due(self, *, method: str, path: str, store_id: int | None) -> tuple[float, Fault | None]:
        """How many seconds to be late, and what else goes wrong with this call."""
        seconds = 0.0
        struck: Fault | None = None
        with self._lock:
            for fault in self._active:
                is_latency = fault.kind == "latency"
                if struck is not None and not is_latency:
                    continue
                if not fault.matches(method=method, path=path, store_id=store_id):
                    continue
                # Every matching call throws the dice, so that a seed means the same each time.
                if fault.dice.random() >= fault.probability:
                    continue
                fault.hits += 1
                if fault.count is not None:
                    fault.count -= 1
                if is_latency:
                    seconds += fault.seconds
                else:
                    struck = fault
        return seconds, struck
