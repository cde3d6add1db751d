from __future__ import annotations

from django.urls import path

from loyaltyadmin.recurring_adjustments import views

urlpatterns = [
    path("", views.list_recurring_adjustments, name="list-recurring-adjustments"),
    path("add/<str:occasion>/", views.add_recurring_adjustment, name="add-recurring-adjustment"),
    path(
        "forecast/<str:occasion>/",
        views.read_recurring_forecast,
        name="read-recurring-forecast",
    ),
    path("<uuid:recurring_id>/", views.read_recurring_adjustment, name="read-recurring-adjustment"),
    path(
        "<uuid:recurring_id>/update/",
        views.update_recurring_adjustment,
        name="update-recurring-adjustment",
    ),
    path(
        "<uuid:recurring_id>/resume/",
        views.resume_recurring_adjustment,
        name="resume-recurring-adjustment",
    ),
    path(
        "<uuid:recurring_id>/stop/",
        views.stop_recurring_adjustment,
        name="stop-recurring-adjustment",
    ),
    path(
        "<uuid:recurring_id>/delete/",
        views.delete_recurring_adjustment,
        name="delete-recurring-adjustment",
    ),
]
