from __future__ import annotations

from django.urls import path

from loyaltyadmin.store_data import views

urlpatterns = [
    path("", views.read_store_data, name="read-store-data"),
    path("store.zip", views.download_store_data, name="download-store-data"),
    path("erasure/ask/", views.ask_for_erasure, name="ask-for-erasure"),
    path("erasure/cancel/", views.cancel_erasure, name="cancel-erasure"),
]
