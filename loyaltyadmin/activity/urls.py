from __future__ import annotations

from django.urls import path

from loyaltyadmin.activity import views

urlpatterns = [
    path("", views.list_activity, name="list-activity"),
    path("activity.csv", views.read_activity_file, name="read-activity-file"),
]
