"""The app's addresses where SUPPORT_CONSOLE=1."""

from __future__ import annotations

from loyaltyadmin import urls
from loyaltyadmin.support.urls import urlpatterns as console

urlpatterns = [*console, *urls.urlpatterns]
handler400 = urls.handler400
handler404 = urls.handler404
handler500 = urls.handler500
