from __future__ import annotations

from django.urls import path

from loyaltyadmin.web import styleguide, views

urlpatterns = [
    path("embedded", views.open_embedded_app, name="open-embedded-app"),
    path("session", views.keep_session, name="keep-session"),
    path("language", views.set_language, name="set-language"),
    path("shortcuts", views.set_shortcuts, name="set-shortcuts"),
    path("styleguide", styleguide.styleguide, name="styleguide"),
]
