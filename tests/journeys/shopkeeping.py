"""A merchant's day in chaos.py: clicks at random, and what was answered to each.

A click that is not answered is made again, with the same form, as the merchant would whose browser
says that the connection broke.
"""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from tests.journeys.judge import PATIENCE_SECONDS, REASON, wait_until
from tests.journeys.merchant import Answer, Merchant, NotAnswered
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

SWITCH = "points-collection/update-status"
CHOSEN, LINES = 60, 40  # so many customers, and so many of them in a job
BETWEEN_SECONDS = 0.4  # at most, from one click to the next
AGAIN_SECONDS = 0.3
# What the page says of an adjustment, and what may become of it when that has been said.
SAID = {
    "points added": "made",
    "point added": "made",
    "taken away": "made",
    "history is being checked": "checking",
    "was not made": "not made",
    "did not accept": "not made",
}
MAY_BECOME = {
    "made": {"applied"},
    "checking": {"applied", "skipped", "rejected"},
    "not made": {"skipped", "rejected"},
}

T = TypeVar("T")


class Day:
    def __init__(self, product: Product, *, index: int, seed: int) -> None:
        self.store_id = FIRST_STORE_ID + index
        self.said: dict[str, str] = {}  # of each adjustment that was answered, by its submission
        self.started: set[str] = set()  # the jobs whose start was answered
        self.may_be_on = {True}
        self.answered: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self._unfinished: set[str] = set()
        self._sandbox = product.sandbox
        self._merchant = Merchant(product, store_id=self.store_id)
        self._dice = random.Random(f"{seed}-{index}")  # noqa: S311  # bad luck, not secrets
        first = first_customer_id(index)
        self._customers = range(first, first + CHOSEN)
        self._rule = next(iter(self._sandbox.program(self.store_id)["switches"]))

    def live(self, *, until: float) -> None:
        """Click until then (time.monotonic), and see to it that each job comes to its end."""
        clicks = [self.adjust] * 4 + [self.switch] * 3 + [self.pause] * 2 + [self.start_job]
        while time.monotonic() < until:
            if not self._has_unfinished_job():
                self.start_job()
            self._dice.choice(clicks)()
            time.sleep(self._dice.uniform(0, BETWEEN_SECONDS))
        wait_until(lambda: not self._has_unfinished_job(), every=0.5)

    def adjust(self) -> None:
        submission = str(uuid.UUID(int=self._dice.getrandbits(128), version=4))
        customer = self._dice.choice(self._customers)
        answer = self._insist(
            "adjust",
            self._form(
                f"/customers/{customer}/adjust/",
                action=self._dice.choice(["add", "add", "take"]),
                points=str(self._dice.randrange(1, 30)),
                reason=REASON,
                submission=submission,
            ),
        )
        assert answer.is_fine, answer.status
        [outcome] = [it.text for it in answer.page.elements if "data-outcome" in it.attributes]
        self.said[submission] = next(it for words, it in SAID.items() if words in outcome)

    def switch(self) -> None:
        wanted = self._dice.random() < 0.5
        path = f"/cashback-rules/{self._rule}/toggle/"
        answer = self._try("switch", self._form(path, active=f"{wanted:d}"))
        if answer is not None and answer.is_fine:
            self.may_be_on = {wanted}
            assert self.is_on_at_zid() == wanted
        else:
            self.may_be_on |= {wanted}

    def start_job(self) -> None:
        customers = self._dice.sample(self._customers, LINES)
        lines = "".join(f"{it},{self._dice.randrange(1, 50)}\n" for it in customers)
        pasted = f"customer_id,points\n{lines}"
        draft = self._insist("draft a job", lambda: self._merchant.draft_job(pasted, reason=REASON))
        answer = self._insist("start it", lambda: self._merchant.confirm(draft))
        assert answer.is_fine, answer.status
        self.started.add(draft.job)
        self._unfinished.add(draft.job)

    def pause(self) -> None:
        job = self._dice.choice(sorted(self.started))
        answer = self._insist("pause", self._button(job, "pause"))
        if answer.job_state == "paused":
            time.sleep(self._dice.uniform(0, BETWEEN_SECONDS))
            assert self._state_of(job) == "paused"
            answer = self._insist("resume", self._button(job, "resume"))
        assert answer.job_state in {"queued", "running", "finished"}, answer.job_state

    def is_on_at_zid(self) -> bool:
        return bool(self._sandbox.program(self.store_id)["switches"][self._rule])

    def _has_unfinished_job(self) -> bool:
        self._unfinished = {it for it in self._unfinished if self._state_of(it) != "finished"}
        return bool(self._unfinished)

    def _state_of(self, job: str) -> str:
        return self._insist("look", lambda: self._merchant.status_of(job))

    def _form(self, path: str, **fields: str) -> Callable[[], Answer]:
        return lambda: self._merchant.press(path, fields)

    def _button(self, job: str, name: str) -> Callable[[], Answer]:
        path = f"/bulk-adjustments/{job}/{name}/"
        return lambda: self._merchant.press(path, is_boosted=True)

    def _insist(self, what: str, click: Callable[[], T]) -> T:
        until = time.monotonic() + PATIENCE_SECONDS
        while (answer := self._try(what, click)) is None:
            assert time.monotonic() < until, f"nobody answers: {what}"
        return answer

    def _try(self, what: str, click: Callable[[], T]) -> T | None:
        try:
            answer = click()
        except NotAnswered:
            self.lost[what] += 1
            time.sleep(AGAIN_SECONDS)
            return None
        self.answered[what] += 1
        return answer
