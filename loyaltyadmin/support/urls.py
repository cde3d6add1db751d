from __future__ import annotations

from django.urls import path

from loyaltyadmin.support.admin import console

urlpatterns = [path("support/", console.urls)]
