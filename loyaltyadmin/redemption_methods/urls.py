from __future__ import annotations

from django.urls import path

from loyaltyadmin.redemption_methods import views

urlpatterns = [
    path("worth/", views.read_worth, name="read-worth"),
    path("add/", views.add_redemption_method, name="add-redemption-method"),
    path(
        "restore/<int:entry_id>/",
        views.restore_redemption_method,
        name="restore-redemption-method",
    ),
    path(
        "<uuid:method_id>/toggle/", views.toggle_redemption_method, name="toggle-redemption-method"
    ),
    path(
        "<uuid:method_id>/update/", views.update_redemption_method, name="update-redemption-method"
    ),
    path(
        "<uuid:method_id>/delete/", views.delete_redemption_method, name="delete-redemption-method"
    ),
]
