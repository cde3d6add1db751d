from __future__ import annotations

from tests.points_adjustments.conftest import ledger

__all__ = ["ledger"]
