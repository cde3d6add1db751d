from __future__ import annotations

from django.urls import path

from loyaltyadmin.cashback_rules import views

urlpatterns = [
    path("<uuid:rule_id>/toggle/", views.toggle_cashback_rule, name="toggle-cashback-rule"),
]
