from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from loyaltyadmin.points_adjustments import proof
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores import pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors


class Command(BaseCommand):
    help = (
        "Show every adjustment that this app made of a customer's points, each beside the entries "
        "of Zid's points history that carry its reference. Changes nothing; ends with 1 when the "
        "two do not agree."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--store", type=int, required=True, help="Zid's number of the store")
        parser.add_argument("--customer", type=int, required=True, help="Zid's number of them")

    @no_translations
    def handle(self, *args: Any, store: int, customer: int, **options: Any) -> None:
        row = Store.objects.connected().filter(id=store).first()
        if row is None:
            raise CommandError(f"The app is not installed on store {store}.")
        pace = stores.pacer_for(store=row, asks=pacer.For.PERSON)
        try:
            with stores.zid_client_for(store=row, language="en", pace=pace) as zid:
                history = zid.loyalty.read_points_history(customer_id=customer)
        except errors.ZidError as error:
            raise CommandError(f"Zid does not tell the points history: {error}") from None
        compared = proof.compare(store=row, customer_id=customer, history=history)
        for it in compared:
            self.stdout.write(_say(it, store=row))
        ours = sum(len(it.entries) for it in compared)
        gone = len(proof.without_a_line(compared=compared, history=history))
        self.stdout.write(
            f"{len(compared)} adjustments of this app, {ours} entries at Zid that carry their "
            f"references, {len(history) - ours - gone} entries of others."
        )
        if gone:
            self.stdout.write(
                f"{gone} more carry a reference whose adjustment is not here any more: it is older "
                "than what is kept (KEEP_LINES_DAYS), from before the store's data was erased, or "
                "lost with a restored backup."
            )
        if wrong := [it.line.reference for it in compared if not it.agrees]:
            raise CommandError(f"These do not agree: {', '.join(wrong)}")
        self.stdout.write("Each that was made stands at Zid once, and no other does.")


def _say(it: proof.Compared, *, store: Store) -> str:
    line = it.line
    made_at = [_local(entry.date, store=store) for entry in it.entries]
    return "  ".join(
        [
            _local(line.created_at, store=store),
            f"{line.direction}{line.points or 0}".rjust(7),
            line.status.ljust(9),
            line.reference,
            f"by {'bulk adjustment ' + str(line.job_id) if line.job_id else 'hand'}",
            f"at Zid: {', '.join(made_at) or 'nothing'}",
        ]
    )


def _local(moment: dt.datetime, *, store: Store) -> str:
    return f"{moment.astimezone(store.time_zone):%Y-%m-%d %H:%M:%S}"
