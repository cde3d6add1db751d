from __future__ import annotations

from django.urls import path

from loyaltyadmin.customers import webhooks

urlpatterns = [
    path("webhooks/store", webhooks.receive_store_event, name="receive-store-event"),
]
