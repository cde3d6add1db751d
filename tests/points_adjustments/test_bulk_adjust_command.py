from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import responses
import xlsxwriter
from django.core.management import CommandError, call_command, execute_from_command_line
from django.db import OperationalError, connections
from django.test import Client
from django.utils import translation

from loyaltyadmin.points_adjustments import progress, tasks, turns
from loyaltyadmin.points_adjustments.management.commands import bulk_adjust
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.customers.conftest import know
from tests.points_adjustments.conftest import Ledger
from tests.points_adjustments.test_matching import complete

CORPUS = Path(__file__).parent / "corpus"
TEXT = "customer_id,points,reason\n1001,50,A gift\n1002,-20,\nx,5,\n1001,7,هدية\n"

MakeFile = Callable[..., Path]


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    def make(content: bytes | str = TEXT, name: str = "points.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture(autouse=True)
def _connection_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ends closes its connection; here it is the test's."""
    monkeypatch.setattr(connections, "close_all", lambda: None)


@pytest.fixture
def nobody_hears(zid: responses.RequestsMock) -> None:
    """Zid must not be called."""


def run(store: Store | int, path: Path, *options: str, reason: str = "A gift") -> list[str]:
    output = io.StringIO()
    store_id = store if isinstance(store, int) else store.id
    call_command(
        "bulk_adjust",
        *("--store", str(store_id), "--file", str(path), "--reason", reason, *options),
        stdout=output,
    )
    return output.getvalue().splitlines()


def exit_status(*arguments: str) -> int:
    """Run it as from a shell, and give what the shell gets."""
    with pytest.raises(SystemExit) as caught:
        execute_from_command_line(["manage.py", "bulk_adjust", *arguments])
    return int(caught.value.code or 0)


# Saying what would happen


@pytest.mark.usefixtures("nobody_hears")
def test_a_dry_run_ends_with_the_preview_as_json(store: Store, make_file: MakeFile) -> None:
    output = run(store, make_file(), "--dry-run")

    preview = json.loads(output[-1])
    assert isinstance(preview.pop("seconds"), int | float)
    text = preview["problems"][0].pop("text")
    assert text
    assert preview == {
        "lines": 4,
        "ready": 3,
        "problems": [{"line": 4, "code": "bad_customer_id"}],
        "duplicates": 1,
        "points_added": 57,
        "points_taken": 20,
        "customers": {"1001": 57, "1002": -20},
    }


def test_a_dry_run_names_what_stands_where_and_why(store: Store, make_file: MakeFile) -> None:
    know(store, 1001)
    complete(store)
    text = "customer,points\n1001,5\n1002,5\nx@example.com,9\n1001,1.000\n9.66E+11,5\n"

    preview = json.loads(run(store, make_file(text), "--dry-run")[-1])

    assert [(it["line"], it["code"]) for it in preview["problems"]] == [
        (3, "unknown_customer"),
        (4, "unknown_customer"),
        (5, "unclear_separator"),
        (6, "shortened_number"),
    ]
    for line, value in ((3, "1002"), (4, "x@example.com"), (5, "1.000"), (6, "9.66E+11")):
        text = preview["problems"][line - 3]["text"]
        assert f"Line {line}" in text
        assert value in text
    assert (preview["lines"], preview["ready"], preview["customers"]) == (5, 1, {"1001": 5})


def test_it_says_when_nobody_can_tell_yet_who_is_a_customer(
    store: Store, make_file: MakeFile
) -> None:
    unsure = run(store, make_file(), "--dry-run")
    complete(store)
    sure = run(store, make_file(), "--dry-run")

    assert any("not complete" in line for line in unsure)
    assert not any("not complete" in line for line in sure)
    assert json.loads(sure[-1])["ready"] == 0


@pytest.mark.parametrize(
    ("policy", "ready", "customers", "left_out"),
    [
        ("each", 3, {"1001": 57, "1002": -20}, 0),
        ("sum", 2, {"1001": 57, "1002": -20}, 0),
        ("first", 2, {"1001": 50, "1002": -20}, 1),
        ("refuse", 1, {"1002": -20}, 2),
    ],
)
def test_it_does_with_duplicates_what_it_is_told(
    store: Store,
    make_file: MakeFile,
    policy: str,
    ready: int,
    customers: dict[str, int],
    left_out: int,
) -> None:
    preview = json.loads(run(store, make_file(), "--dry-run", "--duplicates", policy)[-1])

    codes = [it["code"] for it in preview["problems"]]
    assert (preview["lines"], preview["ready"], preview["duplicates"]) == (4, ready, 1)
    assert preview["customers"] == customers
    assert codes.count("duplicate_customer") == left_out


def test_it_starts_what_the_dry_run_showed(store: Store, make_file: MakeFile) -> None:
    run(store, make_file(), "--yes", "--duplicates", "sum")

    lines = BulkAdjustment.objects.get().lines.order_by("position")
    assert [(it.customer_id, it.direction, it.points) for it in lines] == [
        (1001, "+", 57),
        (1002, "-", 20),
    ]


def test_it_reads_workbooks(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "points.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate([("رقم العميل", "النقاط"), (1001, 50), (1002, -20)]):
            sheet.write_row(at, 0, cells)

    preview = json.loads(run(store, path, "--dry-run")[-1])

    assert preview["customers"] == {"1001": 50, "1002": -20}


@pytest.mark.parametrize("options", [["--dry-run"], ["--yes"]], ids=["dry run", "start"])
def test_it_names_the_columns_that_the_workbook_hides(store: Store, options: list[str]) -> None:
    complete(store)
    know(store, 1001, mobile="966501234567")

    said = run(store, CORPUS / "hidden-customer-column.xlsx", *options)

    assert said[0] == "Column A is hidden in the spreadsheet and was not read."


def test_it_does_not_add_what_a_hidden_column_would_have_it_take(store: Store) -> None:
    path = CORPUS / "hidden-action-column.xlsx"

    with pytest.raises(CommandError, match="hides the column that says whether to add") as caught:
        run(store, path, "--yes")

    assert caught.value.returncode == 2
    assert not BulkAdjustment.objects.exists()


def test_a_dry_run_keeps_nothing(store: Store, make_file: MakeFile) -> None:
    run(store, make_file(), "--dry-run", "--yes")

    assert not BulkAdjustment.objects.exists()
    assert not Line.objects.exists()


def test_a_dry_run_needs_no_reason_and_no_answer(store: Store, make_file: MakeFile) -> None:
    output = run(store, make_file("customer_id,points\n1001,5\n"), "--dry-run", reason="")

    assert json.loads(output[-1])["ready"] == 1


def test_a_dry_run_of_a_file_in_which_nothing_can_be_read_says_so(
    store: Store, make_file: MakeFile
) -> None:
    preview = json.loads(run(store, make_file("customer_id,points\nx,5\n"), "--dry-run")[-1])

    assert (preview["lines"], preview["ready"], preview["customers"]) == (1, 0, {})


def test_a_dry_run_names_the_first_thousand_customers_whole(
    store: Store, make_file: MakeFile
) -> None:
    numbers = [*range(1, 1501), 1, 1500]
    text = "customer_id,points\n" + "".join(f"{number},5\n" for number in numbers)

    preview = json.loads(run(store, make_file(text), "--dry-run")[-1])

    assert list(preview["customers"]) == [str(number) for number in range(1, 1001)]
    assert preview["customers"]["1"] == 10
    assert (preview["ready"], preview["duplicates"], preview["points_added"]) == (1502, 2, 7510)


def test_it_speaks_english_whatever_the_pages_speak(store: Store, make_file: MakeFile) -> None:
    with translation.override("ar"):
        output = run(store, make_file(), "--dry-run")

    assert all(line.isascii() for line in output)


# What cannot be done


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01", b"1001,5\n", b"customer_id,id,points\n", b'customer_id,points\n1,"5\n'],
    ids=["empty", "binary", "no header", "two headers", "open quotation"],
)
@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_a_file_that_cannot_be_read_ends_it_with_status_2_and_a_sentence(
    store: Store,
    make_file: MakeFile,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    option: str,
) -> None:
    path = make_file(content)

    status = exit_status("--store", str(store.id), "--file", str(path), "--reason", "x", option)

    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err
    assert not BulkAdjustment.objects.exists()


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_is_not_there_ends_it_with_status_2(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    status = exit_status("--store", str(store.id), "--file", str(tmp_path / name), "--dry-run")

    assert status == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_file_that_is_too_large_is_not_read_to_its_end(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    status = exit_status("--store", str(store.id), "--file", "/dev/zero", "--dry-run")

    assert status == 2
    assert "20 MB" in capsys.readouterr().err


def test_a_file_without_a_line_to_send_ends_it_with_status_2(
    store: Store, make_file: MakeFile
) -> None:
    path = make_file("customer_id,points\nx,5\n")

    assert exit_status("--store", str(store.id), "--file", str(path), "--yes") == 2
    assert not BulkAdjustment.objects.exists()


@pytest.mark.django_db
def test_it_needs_a_store_that_has_the_app(make_file: MakeFile) -> None:
    with pytest.raises(CommandError, match="90001"):
        run(90001, make_file(), "--yes")


def test_it_needs_a_store_that_has_not_left(disconnected_store: Store, make_file: MakeFile) -> None:
    with pytest.raises(CommandError, match=str(disconnected_store.id)):
        run(disconnected_store, make_file(), "--yes")

    assert not BulkAdjustment.objects.exists()


def test_it_needs_a_reason_for_lines_without_one(store: Store, make_file: MakeFile) -> None:
    with pytest.raises(CommandError, match="--reason"):
        run(store, make_file(), "--yes", reason="")


def test_it_needs_a_reason_that_leaves_place_for_the_reference(
    store: Store, make_file: MakeFile
) -> None:
    with pytest.raises(CommandError, match="--reason"):
        run(store, make_file(), "--yes", reason="x" * 180)


def test_it_sends_nothing_unasked_where_nobody_can_answer(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))  # a pipe is nobody

    with pytest.raises(CommandError, match="--yes"):
        run(store, make_file())

    assert not BulkAdjustment.objects.exists()


@pytest.mark.parametrize(
    ("answer", "starts"), [("yes", True), (" YES ", True), ("y", False), ("", False)]
)
def test_it_starts_only_when_told_yes(
    store: Store,
    make_file: MakeFile,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    starts: bool,
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", lambda prompt: answer)

    if starts:
        run(store, make_file())
    else:
        with pytest.raises(CommandError):
            run(store, make_file())

    assert BulkAdjustment.objects.exists() is starts


# Doing it


def told(job: BulkAdjustment) -> tuple[Any, ...]:
    """All of a job that is not its own identity, its clock or where it came from."""
    lines = job.lines.order_by("position").values_list(
        "position", "customer_id", "direction", "points", "reason", "status", "submission"
    )
    return (job.store_id, job.status, job.file_name, job.reason, job.left_out.count(), list(lines))


def test_it_creates_the_same_job_as_the_page(
    store: Store, merchant: Client, make_file: MakeFile
) -> None:
    run(store, make_file(), "--yes", reason="عيد مبارك")
    by_command = BulkAdjustment.objects.get()
    with make_file().open("rb") as file:
        merchant.post("/bulk-adjustments/start/", {"file": file, "reason": "عيد مبارك"})
    by_page = BulkAdjustment.objects.exclude(id=by_command.id).get()
    merchant.post(f"/bulk-adjustments/{by_page.id}/confirm/")

    by_page.refresh_from_db()

    assert told(by_command) == told(by_page)
    assert (by_command.source, by_page.source) == ("command", "page")
    assert by_command.status == JobStatus.QUEUED


def test_it_names_the_job_and_calls_a_worker(
    store: Store,
    make_file: MakeFile,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(tasks.take_turn, "delay", woken.append)

    with django_capture_on_commit_callbacks(execute=True):
        output = run(store, make_file(), "--yes")

    assert str(BulkAdjustment.objects.get().id) in output[-1]
    assert woken == [store.id]


@pytest.fixture
def work_meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """What happens while the command sleeps."""

    def use(work: Callable[[], object]) -> None:
        clock = SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda seconds: work())
        monkeypatch.setattr(bulk_adjust, "time", clock)

    return use


def test_it_waits_until_the_job_ends_and_says_as_json_how(
    store: Store,
    make_file: MakeFile,
    ledger: Ledger,
    work_meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    ledger.refuses(422, message="No")
    work_meanwhile(lambda: turns.take_turn(store_id=store.id))

    output = run(store, make_file(), "--yes", "--wait")

    said = json.loads(output[-1])
    assert (
        said.items()
        >= {
            "job": str(BulkAdjustment.objects.get().id),
            "state": "finished",
            "lines": 3,
            "applied": 2,
            "rejected": 1,
            "unknown": 0,
        }.items()
    )
    assert ledger.adjustments == 3


@pytest.mark.embedded  # the test's own transaction cannot outlive a connection to PostgreSQL
def test_it_goes_on_waiting_while_the_database_does_not_answer(
    store: Store,
    make_file: MakeFile,
    ledger: Ledger,
    work_meanwhile: Callable[[Callable[[], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = progress.progress_of
    failures = iter([OperationalError("the server closed the connection")])

    def fail_once(*, job: BulkAdjustment) -> progress.Progress:
        for failure in failures:
            raise failure
        return read(job=job)

    monkeypatch.setattr(progress, "progress_of", fail_once)
    work_meanwhile(lambda: turns.take_turn(store_id=store.id))

    output = run(store, make_file(), "--yes", "--wait")

    assert "The database does not answer." in output[-3]
    assert json.loads(output[-1])["state"] == "finished"
    assert ledger.adjustments == 3


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_it_stops_waiting_when_the_job_will_not_go_on_by_itself(
    store: Store,
    merchant: Client,
    make_file: MakeFile,
    work_meanwhile: Callable[[Callable[[], object]], None],
    capsys: pytest.CaptureFixture[str],
    state: str,
) -> None:
    click = {"paused": "pause", "cancelled": "cancel"}[state]
    work_meanwhile(
        lambda: merchant.post(f"/bulk-adjustments/{BulkAdjustment.objects.get().id}/{click}/")
    )

    status = exit_status(
        *("--store", str(store.id), "--file", str(make_file()), "--reason", "x"),
        *("--yes", "--wait"),
    )

    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert status == 1
    assert (said["state"], said["applied"]) == (state, 0)


def test_it_adjusts_only_the_store_it_was_told(store: Store, make_file: MakeFile) -> None:
    other = make_store(90009)

    run(store, make_file(), "--yes")

    assert not other.bulk_adjustments.exists()
