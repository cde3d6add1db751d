from __future__ import annotations

from django.urls import path

from loyaltyadmin.stores import views

urlpatterns = [
    path("webhooks/app", views.receive_app_event, name="receive-app-event"),
]
