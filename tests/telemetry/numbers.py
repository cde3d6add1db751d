"""Reading what the app counts, before and after."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from loyaltyadmin.telemetry import metrics


@dataclass
class Counted:
    more: float = 0


@contextlib.contextmanager
def counting(name: str, **labels: str) -> Iterator[Counted]:
    """Give by how much a number grew in the block."""
    counted = Counted()
    before = _value(name, labels)
    yield counted
    counted.more = _value(name, labels) - before


def _value(name: str, labels: dict[str, str]) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0
