from __future__ import annotations

from django.urls import path

from loyaltyadmin.customers import views

urlpatterns = [
    path("", views.find_customer, name="find-customer"),
    path("<int:customer_id>/", views.read_customer, name="read-customer"),
    path("<int:customer_id>/points/", views.read_customer_points, name="read-customer-points"),
]
