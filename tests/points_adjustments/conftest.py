from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from django.conf import settings
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import operations, writing
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.sheet import Row, Sheet
from loyaltyadmin.points_adjustments.states import Action, Direction
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores import pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.client import Client as ZidClient

ADJUST = "https://api.zid.test/v1/managers/loyalty-program/customers/adjust-customer-points"
DETAILS = "https://api.zid.test/v1/managers/loyalty-program/customers/details"
CUSTOMERS = "https://api.zid.test/v1/managers/store/customers"
HISTORY = re.compile(r"https://api\.zid\.test/v1/managers/loyalty-program/points-history/(\d+)")


class Ledger:
    """Zid's side of adjusting points, at the HTTP edge: it keeps what was applied.

    `answers` are taken one for each adjustment; what is not there is applied and answered well.
    """

    def __init__(self, edge: responses.RequestsMock) -> None:
        self.entries: list[dict[str, Any]] = []
        self.adjustments = 0
        self.looks = 0
        self.answers: list[Callable[[], tuple[int, dict[str, str], str]] | Exception] = []
        self.before_adjusting: Callable[[], None] = lambda: None
        self.before_looking: Callable[[], None] = lambda: None
        self.opening: dict[int, int] = {}  # what customers have beside the entries
        self.reads = 0
        edge.add_callback(responses.POST, ADJUST, callback=self._adjust)
        edge.add_callback(responses.GET, HISTORY, callback=self._history)
        edge.add_callback(responses.GET, DETAILS, callback=self._details)
        edge.add_callback(responses.GET, CUSTOMERS, callback=self._customers)
        edge.assert_all_requests_are_fired = False

    def refuses(self, status: int, /, **body: Any) -> None:
        """The next adjustment is not applied and answered with `status`."""
        self.answers.append(lambda: (status, {}, json.dumps(body)))

    def loses_the_answer(self, *, applied: bool, how: Exception | int = 0) -> None:
        """The next adjustment's answer is lost, after it was applied or before."""
        error = how or requests.ConnectionError("dropped")

        def answer() -> tuple[int, dict[str, str], str]:
            if applied:
                self._keep()
            if isinstance(error, int):
                return (error, {}, "")
            raise error

        self.answers.append(answer)

    def points_of(self, customer_id: int) -> int:
        return self.opening.get(customer_id, 0) + sum(
            entry["points"] if entry["direction"] == "+" else -entry["points"]
            for entry in self.entries
            if entry["customer_id"] == customer_id
        )

    def _adjust(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.adjustments += 1
        form = {name: values[0] for name, values in parse_qs(request.body).items()}
        self._form = form
        self.before_adjusting()
        self._form = form  # another adjustment may have come in between
        if self.answers:
            return self.answers.pop(0)()  # type: ignore[operator]
        return self._applied()

    def _applied(self) -> tuple[int, dict[str, str], str]:
        return (200, {}, json.dumps({"status": "object", "data": self._keep()}))

    def _keep(self) -> dict[str, Any]:
        entry = {
            "customer_id": int(self._form["customerId"]),
            "date": timezone.now().isoformat(),
            "reason": self._form["reason"],
            "points": int(self._form["points"]),
            "direction": self._form["direction"],
            "type": "ManualAccumulation",
        }
        self.entries.insert(0, entry)
        return entry

    def _details(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.reads += 1
        points = self.points_of(int(request.params["customerId"]))
        info = {"points_balance": points, "available_poitns": points, "history": []}
        return (200, {}, json.dumps({"loyalty_points_info": info}))

    def _customers(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.reads += 1
        first = (int(request.params["page"]) - 1) * int(request.params["per_page"])
        ids = sorted({*self.opening, *(entry["customer_id"] for entry in self.entries)})
        page = ids[first : first + int(request.params["per_page"])]
        customers = [{"id": id, "points": self.points_of(id)} for id in page]
        return (200, {}, json.dumps({"customers": customers}))

    def _history(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.looks += 1
        self.before_looking()
        customer_id = int(HISTORY.match(request.url)[1])
        entries = [entry for entry in self.entries if entry["customer_id"] == customer_id]
        return (200, {}, json.dumps({"status": "object", "history": entries}))


@pytest.fixture
def ledger(zid: responses.RequestsMock) -> Ledger:
    return Ledger(zid)


@pytest.fixture
def pace(store: Store) -> pacer.Pacer:
    return stores.pacer_for(store=store, asks=pacer.For.JOB, sleep=lambda seconds: None)


@pytest.fixture
def zid_client(
    store: Store, pace: pacer.Pacer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ZidClient]:
    monkeypatch.setattr("loyaltyadmin.zid._session.FIRST_PAUSE_SECONDS", 0)
    with stores.zid_client_for(store=store, language="en", pace=pace) as client:
        yield client


def make_job(
    store: Store,
    *,
    customers: int = 3,
    points: int = 10,
    action: Action = Action.ADD,
    confirmed: bool = True,
) -> BulkAdjustment:
    rows = [
        Row(
            position=number + 2,
            customer_id=1001 + number,
            action=action,
            amount=points,
            reason="",
        )
        for number in range(customers)
    ]
    job = operations.start_bulk_adjustment(
        by=OPERATOR,
        store=store,
        sheet=Sheet(rows=rows, problems=[]),
        reason="A gift",
        source=BulkAdjustment.Source.PAGE,
    )
    writing.write_all(job=job)
    if confirmed:
        operations.confirm_bulk_adjustment(by=OPERATOR, job=job)
    return job


def make_line(store: Store, **fields: Any) -> Line:
    values = {
        "customer_id": 1001,
        "action": Action.ADD,
        "direction": Direction.ADD,
        "points": 50,
        "reason": "Sorry for the delay",
        "created_at": timezone.now(),
        **fields,
    }
    return Line.objects.create(store=store, **values)


def settle_time() -> float:
    return float(settings.ZID_SETTLE_SECONDS)
