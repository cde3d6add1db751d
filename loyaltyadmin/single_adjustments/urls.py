from __future__ import annotations

from django.urls import path

from loyaltyadmin.single_adjustments import views

_CUSTOMER = "customers/<int:customer_id>/"

urlpatterns = [
    path(f"{_CUSTOMER}adjust/", views.adjust_customer_points, name="adjust-customer-points"),
    path(
        f"{_CUSTOMER}adjust/preview/",
        views.preview_adjustment_notice,
        name="preview-adjustment-notice",
    ),
    path(f"{_CUSTOMER}adjustments/<int:line_id>/", views.read_adjustment, name="read-adjustment"),
]
