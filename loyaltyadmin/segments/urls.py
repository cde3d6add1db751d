from __future__ import annotations

from django.urls import path

from loyaltyadmin.segments import views

urlpatterns = [
    path("", views.list_segments, name="list-segments"),
    path("add/", views.add_segment, name="add-segment"),
    path("preview/", views.preview_segment, name="preview-segment"),
    path("<uuid:segment_id>/", views.read_segment, name="read-segment"),
    path("<uuid:segment_id>/update/", views.update_segment, name="update-segment"),
    path("<uuid:segment_id>/delete/", views.delete_segment, name="delete-segment"),
]
