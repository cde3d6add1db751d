from __future__ import annotations

from django.urls import path

from loyaltyadmin.info_page import views

urlpatterns = [
    path("", views.update_info_page, name="update-info-page"),
    path("write/", views.write_info_page, name="write-info-page"),
    path("restore/<int:entry_id>/", views.restore_info_page, name="restore-info-page"),
    path("draft/keep/", views.keep_draft, name="keep-draft"),
    path("draft/discard/", views.discard_draft, name="discard-draft"),
    path("preview/", views.preview_info_page, name="preview-info-page"),
    path("canvas/", views.read_canvas, name="read-canvas"),
]
