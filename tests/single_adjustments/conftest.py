from __future__ import annotations

import pytest
import responses

from tests.points_adjustments.conftest import Ledger


@pytest.fixture
def ledger(zid: responses.RequestsMock) -> Ledger:
    return Ledger(zid)
