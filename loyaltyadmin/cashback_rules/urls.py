from __future__ import annotations

from django.urls import path

from loyaltyadmin.cashback_rules import views

urlpatterns = [
    path("example/", views.read_example, name="read-example"),
    path("restore/<int:entry_id>/", views.restore_cashback_rule, name="restore-cashback-rule"),
    path("<uuid:rule_id>/update/", views.update_cashback_rule, name="update-cashback-rule"),
    path("<uuid:rule_id>/toggle/", views.toggle_cashback_rule, name="toggle-cashback-rule"),
]
