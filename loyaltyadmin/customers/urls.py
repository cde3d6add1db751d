from __future__ import annotations

from django.urls import path

from loyaltyadmin.customers import views

urlpatterns = [
    path("", views.find_customer, name="find-customer"),
    path("directory/", views.read_directory, name="read-directory"),
    path("fetch/", views.fetch_customers, name="fetch-customers"),
    path("<int:customer_id>/", views.read_customer, name="read-customer"),
    path("<int:customer_id>/points/", views.read_customer_points, name="read-customer-points"),
]
