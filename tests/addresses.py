"""Every address of the app by its name, and those that show no page of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import URLPattern, get_resolver

A_CHANGE = "changes something, and shows the page that it belongs to"
A_FILE = "answers with a file"
A_PART = "answers with a part of a page, which is in the states of that page"

# What needs no state in the gallery, and why.
WITHOUT_A_PAGE = {
    "keep-session": "answers with nothing, and renews the session",
    "set-language": A_CHANGE,
    "set-shortcuts": A_CHANGE,
    "dismiss-guide": A_CHANGE,
    "set-activation": A_CHANGE,
    "toggle-cashback-rule": A_CHANGE,
    "toggle-redemption-method": A_CHANGE,
    "edit-bulk-adjustment": A_CHANGE,
    "pause-bulk-adjustment": A_CHANGE,
    "resume-bulk-adjustment": A_CHANGE,
    "undo-bulk-adjustment": A_CHANGE,
    "retry-bulk-adjustment": A_CHANGE,
    "decide-line": A_CHANGE,
    "stop-telling": A_CHANGE,
    "read-bulk-template": A_FILE,
    "read-bulk-results": A_FILE,
    "read-bulk-failed": A_FILE,
    "read-activity-file": A_FILE,
    "read-example": A_PART,
    "preview-info-page": A_PART,
    "keep-draft": A_PART,
    "discard-draft": A_CHANGE,
    "read-canvas": "the document of frames that are in the states of the page around them",
    "read-program": A_PART,
    "read-worth": A_PART,
    "read-customer-points": A_PART,
    "read-directory": A_PART,
    "preview-segment": A_PART,
    "fetch-customers": A_CHANGE,
    "read-bulk-progress": A_PART,
    "read-bulk-draft": A_PART,
    "read-running-line": "answers with a part of every page, which one state shows",
    "list-bulk-lines": A_PART,
    "read-notice": A_PART,
    "preview-notice": A_PART,
    "preview-adjustment-notice": A_PART,
    "resume-recurring-adjustment": A_CHANGE,
    "stop-recurring-adjustment": A_CHANGE,
    "read-recurring-forecast": A_PART,
    "download-store-data": A_FILE,
    "cancel-erasure": A_CHANGE,
    "receive-app-event": "answers Zid, not a browser",
    "receive-store-event": "answers Zid, not a browser",
    "zid_login": "sends the browser on to Zid",
}


def url_names() -> set[str]:
    return {pattern.name for pattern in _patterns(get_resolver().url_patterns) if pattern.name}


def _patterns(patterns: Sequence[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)
