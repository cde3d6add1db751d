from __future__ import annotations

from django.urls import path

from loyaltyadmin.program import views

urlpatterns = [
    path("", views.program, name="program"),
    path("activation/", views.set_activation, name="set-activation"),
]
