from __future__ import annotations

from django.urls import path

from loyaltyadmin.redemption_methods import views

urlpatterns = [
    path(
        "<uuid:method_id>/toggle/", views.toggle_redemption_method, name="toggle-redemption-method"
    ),
]
