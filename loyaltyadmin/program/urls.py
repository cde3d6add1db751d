from __future__ import annotations

from django.urls import path

from loyaltyadmin.program import views

urlpatterns = [
    path("", views.program, name="program"),
    path("fresh/", views.read_program, name="read-program"),
    path("guide/dismiss/", views.dismiss_guide, name="dismiss-guide"),
    path("points-expiration/", views.set_points_expiration, name="set-points-expiration"),
    path("activation/", views.set_activation, name="set-activation"),
    path("activation/restore/<int:entry_id>/", views.restore_activation, name="restore-activation"),
    path(
        "points-expiration/restore/<int:entry_id>/",
        views.restore_points_expiration,
        name="restore-points-expiration",
    ),
]
