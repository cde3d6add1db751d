"""How the sandbox's own pages are drawn, in Arabic and in English."""

from __future__ import annotations

from typing import Any

import flask

from tests.zid_sandbox.words import WORDS
from tests.zid_sandbox.world import world

LANGUAGES = ("ar", "en")
LANGUAGE_COOKIE = "zid_sandbox_language"


def page(template: str, language: str, /, **context: Any) -> flask.Response:
    """A page with its words; `t.allow` in a template is WORDS["allow"] in the page's language."""
    position = LANGUAGES.index(language)
    return flask.make_response(
        flask.render_template(
            template,
            language=language,
            other_language=LANGUAGES[1 - position],
            direction="rtl" if language == "ar" else "ltr",
            t={key: pair[position] for key, pair in WORDS.items()},
            app_id=world().options.app_id,
            app_url=world().options.app,
            **context,
        )
    )


def preferred_language() -> str:
    """From the address, else the dashboard's last one, else the browser's, else Arabic."""
    said = flask.request.args.get("lang") or flask.request.cookies.get(LANGUAGE_COOKIE)
    said = said or flask.request.accept_languages.best_match(LANGUAGES)
    return said if said in LANGUAGES else "ar"


def language_or_404(language: str) -> str:
    if language not in LANGUAGES:
        flask.abort(404)
    return language
