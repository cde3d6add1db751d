from __future__ import annotations

from django.urls import path

from loyaltyadmin.presets import views

urlpatterns = [path("", views.set_presets, name="set-presets")]
