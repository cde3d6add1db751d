from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.info_page import claims, markup, operations, sanitising, starting_text
from loyaltyadmin.info_page.forms import InfoPageForm
from loyaltyadmin.info_page.words import DANGERS
from loyaltyadmin.snapshots import edits
from loyaltyadmin.snapshots.operations import Known
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.views import describe
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import InfoPage

TEMPLATE = "info_page/update_info_page.html"
PLAYERS = "https://www.youtube.com https://www.youtube-nocookie.com https://player.vimeo.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One language's half of the editor; `html` is what the editor may show of its text."""

    language: str
    title: BoundField
    content: BoundField
    html: str

    @property
    def has_mistake(self) -> bool:
        return bool(self.title.errors or self.content.errors)


@require_http_methods(["GET", "POST"])
@store_required
def update_info_page(request: StoreHttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    known, problem = _read(request)
    context = _context_of(request, known.state) | {"problem": problem, "known": known}
    draft = operations.draft_beside(store=request.store, page=known.state)
    if draft is None:
        written, based_on = operations.state_of(known.state), operations.based_on_of(known.state)
    else:
        written, based_on = {it: getattr(draft, it) for it in operations.FIELDS}, draft.based_on
    return _show(request, written, based_on, context | {"draft": draft})


@require_GET
@store_required
def write_info_page(request: StoreHttpRequest) -> HttpResponse:
    """The editor, filled with a starting text; it takes the place of what is there when saved."""
    page = _read(request)[0].state
    program = operations.known_program(store=request.store, zid=request.zid)
    if program is None:
        raise Http404
    written = starting_text.write(program=program, currency=request.store.currency)
    context = _context_of(request, page) | {"is_starting_text": True}
    return _show(request, written, operations.based_on_of(page), context)


@require_GET
@store_required
def restore_info_page(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    """The editor, filled with the page as it was before a change; saving it is a new change."""
    entry = operations.read_version(store=request.store, entry_id=entry_id)
    if entry is None:
        raise Http404
    page = _read(request)[0].state
    context = _context_of(request, page) | {"version": entry}
    return _show(request, entry.before or {}, operations.based_on_of(page), context)


@require_POST
@store_required
@whatever_is_paid
def keep_draft(request: StoreHttpRequest) -> HttpResponse:
    """What is typed is kept while it is typed, faulty or not."""
    form = InfoPageForm(request.POST)
    form.is_valid()
    if "based_on" not in form.cleaned_data:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    draft = operations.keep_draft(
        store=request.store, based_on=form.cleaned_data["based_on"], written=form.written()
    )
    return render(request, "info_page/_draft_kept.html", {"draft": draft})


@require_POST
@store_required
@whatever_is_paid
def discard_draft(request: StoreHttpRequest) -> HttpResponse:
    operations.discard_draft(store=request.store)
    is_for_a_part = request.htmx and not request.htmx.boosted
    return HttpResponse() if is_for_a_part else redirect("update-info-page")


@require_POST
@store_required
@whatever_is_paid
def preview_info_page(request: StoreHttpRequest) -> HttpResponse:
    """What is typed as shoppers would see it, and where it contradicts the rules of today."""
    written = InfoPageForm(request.POST).written()
    return render(request, "info_page/_preview.html", _preview_of(request, written))


@require_GET
def read_canvas(request: HttpRequest) -> HttpResponse:
    """The document of the frames that texts are shown and edited in; it holds nothing of anybody.

    Its policy allows what the app's own does not and what texts are full of: styles on elements,
    and pictures from anywhere. In exchange nothing but the editor may run in it.
    """
    nonce = secrets.token_urlsafe(16)
    ancestors = " ".join(["'self'", *settings.FRAME_ANCESTORS])
    language = "en" if request.GET.get("language") == "en" else "ar"
    context = {"language": language, "nonce": nonce, "is_editable": "editable" in request.GET}
    response = render(request, "info_page/canvas.html", context)
    response.headers["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' https: data:",
            "media-src https:",
            f"frame-src {PLAYERS}",
            "form-action 'none'",
            "base-uri 'none'",
            f"frame-ancestors {ancestors}",
        ]
    )
    return response


def _save(request: StoreHttpRequest) -> HttpResponse:
    form = InfoPageForm(request.POST)
    panels = _panels_of(form)
    return edits.respond(
        request,
        form=form,
        change=lambda: operations.update_info_page(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            **form.cleaned_data,
        ),
        template=TEMPLATE,
        context={
            "nav": "program",
            "panels": panels,
            "has_unsaved": True,
            **_preview_of(request, form.written()),
        },
        zid_names={name: name for name in operations.FIELDS},
        done_url=reverse("update-info-page"),
        done=_("The info page is saved"),
    )


def _read(request: StoreHttpRequest) -> tuple[Known[InfoPage], tuple[str, str] | None]:
    """The page as it is at Zid, or else as Zid last told, and why."""
    try:
        return operations.read_info_page(store=request.store, zid=request.zid), None
    except errors.ZidError as error:
        last = operations.last_info_page(store=request.store)
        if last is None:
            raise
        title, advice, _status = describe(error)
        return last, (title, advice)


def _context_of(request: StoreHttpRequest, page: InfoPage) -> dict[str, Any]:
    """What is said about the page as it is at Zid."""
    versions = operations.list_versions(store=request.store)
    contents = [page.content_ar or "", page.content_en or ""]
    dangers = {danger for content in contents for danger in sanitising.dangers_of(content)}
    return {
        "nav": "program",
        "page": page,
        "versions": versions,
        "left_behind": operations.left_behind(page=page, versions=versions),
        "dangers": [text for danger, text in DANGERS.items() if danger in dangers],
    }


def _show(
    request: StoreHttpRequest,
    written: Mapping[str, object],
    based_on: Mapping[str, object],
    context: dict[str, Any],
) -> HttpResponse:
    version = context.get("version")
    restores = version.id if version else None
    form = InfoPageForm(initial={**written, "based_on": based_on, "restores": restores})
    shown = {
        "form": form,
        "panels": _panels_of(form),
        "has_unsaved": any(context.get(it) for it in ("draft", "is_starting_text", "version")),
        **_preview_of(request, form.written()),
    }
    return render(request, TEMPLATE, context | shown)


def _panels_of(form: InfoPageForm) -> list[Panel]:
    return [
        Panel(
            language=language,
            title=form[f"title_{language}"],
            content=form[f"content_{language}"],
            html=sanitising.clean(form.written()[f"content_{language}"]),
        )
        for language in operations.LANGUAGES
    ]


def _preview_of(request: StoreHttpRequest, written: Mapping[str, str]) -> dict[str, Any]:
    program = operations.known_program(store=request.store)
    contents = {language: written[f"content_{language}"] for language in operations.LANGUAGES}
    return {
        "contradictions": [
            sentence
            for content in contents.values()
            for sentence in claims.contradictions(content=content, program=program)
        ],
        "empty": [it for it, content in contents.items() if markup.is_empty(content)],
        "previews": [
            (it, written[f"title_{it}"], sanitising.clean(content))
            for it, content in contents.items()
        ],
    }
