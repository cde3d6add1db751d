from __future__ import annotations

from django.urls import path

from loyaltyadmin.web import views

urlpatterns = [
    path("embedded", views.open_embedded_app, name="open-embedded-app"),
    path("session", views.keep_session, name="keep-session"),
    path("language", views.set_language, name="set-language"),
]
