from __future__ import annotations

import flask

pages = flask.Blueprint("dashboard", __name__)
