from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.info_page import markup, sanitising
from loyaltyadmin.info_page.models import Draft
from loyaltyadmin.info_page.splicing import splice
from loyaltyadmin.snapshots import operations as snapshots
from loyaltyadmin.snapshots.operations import Known
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import InfoPage, Program

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

FIELDS = ("title_ar", "title_en", "content_ar", "content_en")
LANGUAGES = ("ar", "en")
MOST_VERSIONS = 10


def read_info_page(*, store: Store, zid: Client) -> Known[InfoPage]:
    """This will read the page that tells shoppers about the program.

    Raises: errors.ZidError.
    """
    return snapshots.read_info_page(store=store, zid=zid)


def known_info_page(*, store: Store) -> Known[InfoPage] | None:
    """This will give the page as Zid last told, or nothing if the app changed it since."""
    return snapshots.known_info_page(store=store)


def last_info_page(*, store: Store) -> Known[InfoPage] | None:
    """This will give the same even if the app changed it since, for while Zid does not answer."""
    return snapshots.last_info_page(store=store)


def known_program(*, store: Store, zid: Client | None = None) -> Program | None:
    """This will give the program as Zid last told; with `zid`, Zid is asked if it told nothing.

    Raises: errors.ZidError.
    """
    known = snapshots.known_program(store=store)
    if known is None and zid is not None:
        known = snapshots.read_program(store=store, zid=zid)
    return known.state if known else None


def update_info_page(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    based_on: State,
    title_ar: str,
    title_en: str,
    content_ar: str,
    content_en: str,
    restores: int | None = None,
) -> InfoPage:
    """This will save the page at Zid, and give it as Zid then has it.

    1. What was written is kept as the draft, until Zid has it.
    2. What holds at Zid has to be what `based_on`, made by `based_on_of`, says.
    3. Only what was changed differs from what Zid has; nothing that runs is sent.

    `restores` is the id of the entry whose version it was filled with.

    Where nothing was changed nothing is sent, and the activity has no entry.

    Raises: snapshots.ChangedMeanwhile, errors.ZidError.
    """
    written = {
        "title_ar": title_ar,
        "title_en": title_en,
        "content_ar": content_ar,
        "content_en": content_en,
    }
    keep_draft(store=store, based_on=based_on, written=written)
    page = snapshots.read_info_page(store=store, zid=zid).state
    before = state_of(page)
    snapshots.insist(on=based_on, current={**before, **based_on_of(page)})
    asked = InfoPage(
        title_ar=_title(page.title_ar, title_ar),
        title_en=_title(page.title_en, title_en),
        content_ar=_content(page.content_ar, content_ar),
        content_en=_content(page.content_en, content_en),
    )
    restored = read_version(store=store, entry_id=restores) if restores else None
    if asked != page:
        with (
            snapshots.changing_info_page(store=store),
            activity.recording(
                store=store,
                by=by,
                action=Action.UPDATE_INFO_PAGE,
                before=before,
                after=state_of(asked),
                restores=restored,
            ) as change,
        ):
            page = answered_or_read(
                zid.loyalty.update_info_page(page=asked), read=zid.loyalty.read_info_page
            )
            change.after = state_of(page)
    discard_draft(store=store)
    return page


def state_of(page: InfoPage) -> State:
    """The page as the activity keeps it, whole, so that it can be brought back."""
    return asdict(page)


def based_on_of(page: InfoPage) -> State:
    """What a form carries of the page that it showed: not the texts, only which they were."""
    texts = json.dumps(asdict(page), sort_keys=True)
    return {"version": hashlib.sha256(texts.encode()).hexdigest()[:16]}


def keep_draft(*, store: Store, based_on: State, written: Mapping[str, str]) -> Draft:
    """This will keep what is being written, in place of what was kept before.

    PostgreSQL takes no NUL, and nobody writes one.
    """
    fields = {name: written[name].replace("\x00", "") for name in FIELDS}
    draft, _is_new = Draft.objects.update_or_create(
        store=store, defaults={**fields, "based_on": based_on, "kept_at": timezone.now()}
    )
    return draft


def discard_draft(*, store: Store) -> None:
    """This will forget what was being written."""
    Draft.objects.filter(store=store).delete()


def draft_beside(*, store: Store, page: InfoPage) -> Draft | None:
    """This will give the store's draft, if it says anything else than the page does."""
    draft = Draft.objects.filter(store=store).first()
    if draft is None:
        return None
    says_the_same = all(
        getattr(draft, f"title_{language}") == (getattr(page, f"title_{language}") or "")
        and sanitising.clean(getattr(draft, f"content_{language}"))
        == sanitising.clean(getattr(page, f"content_{language}") or "")
        for language in LANGUAGES
    )
    return None if says_the_same else draft


def list_versions(*, store: Store) -> list[Entry]:
    """This will give the latest changes that this app made to the page; `before` is a version."""
    entries = activity.list_activity(store=store, actions=(Action.UPDATE_INFO_PAGE,))
    return list(entries.filter(outcome=Entry.Outcome.DONE)[:MOST_VERSIONS])


def read_version(*, store: Store, entry_id: int) -> Entry | None:
    """This will give a change of this store's page; `before` is the version that it replaced."""
    try:
        return activity.entry_to_restore(
            store=store, entry_id=entry_id, actions=(Action.UPDATE_INFO_PAGE,)
        )
    except Entry.DoesNotExist:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A language whose text was not changed when the other one was."""

    language: str
    other_changed_at: dt.datetime


def left_behind(*, page: InfoPage, versions: list[Entry]) -> LeftBehind | None:
    """This will say which language's text is older than the other's, as far as the app knows.

    Nothing where one is empty, or where somebody changed a text in Zid's dashboard since: when,
    nobody knows.
    """
    if any(markup.is_empty(getattr(page, f"content_{language}")) for language in LANGUAGES):
        return None
    changed_at = {language: _changed_at(language, versions) for language in LANGUAGES}
    if not versions or any(
        (versions[0].after or {}).get(f"content_{language}") != getattr(page, f"content_{language}")
        for language in LANGUAGES
    ):
        return None
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        own, others = changed_at[language], changed_at[other]
        if others is not None and (own is None or own < others):
            return LeftBehind(language=language, other_changed_at=others)
    return None


def _changed_at(language: str, versions: list[Entry]) -> dt.datetime | None:
    name = f"content_{language}"
    return next(
        (it.at for it in versions if (it.before or {}).get(name) != (it.after or {}).get(name)),
        None,
    )


def _title(before: str | None, written: str) -> str | None:
    """What was left as it was stays so: nothing does not become an empty text."""
    return before if written == (before or "") else written.strip()


def _content(before: str | None, written: str) -> str | None:
    content = splice(original=before or "", edited=written)
    return before if content == (before or "") else content
