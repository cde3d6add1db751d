from __future__ import annotations

from django.urls import path

from loyaltyadmin.zid_oauth import views

# The names are allauth's: it looks for "<provider id>_login" and "<provider id>_callback".
urlpatterns = [
    path("install", views.oauth2_login, name="zid_login"),
    path("callback", views.oauth2_callback, name="zid_callback"),
]
