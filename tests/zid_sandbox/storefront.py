from __future__ import annotations

import flask

pages = flask.Blueprint("storefront", __name__)
