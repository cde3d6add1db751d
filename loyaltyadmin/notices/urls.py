from __future__ import annotations

from django.urls import path

from loyaltyadmin.notices import views

_TELL = "bulk-adjustments/<uuid:job_id>/tell/"

urlpatterns = [
    path(_TELL, views.tell_customers, name="tell-customers"),
    path(f"{_TELL}preview/", views.preview_notice, name="preview-notice"),
    path(f"{_TELL}stop/", views.stop_telling, name="stop-telling"),
    path(f"{_TELL}progress/", views.read_notice, name="read-notice"),
    # Short, for text messages.
    path("u/<str:token>/", views.opt_out, name="opt-out"),
]
