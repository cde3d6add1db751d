"""Every address of the app. `/healthz` and `/readyz` are answered by web.middleware."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="program")),
    path("", include("loyaltyadmin.web.urls")),
    path("zid/", include("loyaltyadmin.zid_oauth.urls")),
    path("zid/", include("loyaltyadmin.stores.urls")),
    path("zid/", include("loyaltyadmin.customers.zid_urls")),
    path("program/", include("loyaltyadmin.program.urls")),
    path("cashback-rules/", include("loyaltyadmin.cashback_rules.urls")),
    path("redemption-methods/", include("loyaltyadmin.redemption_methods.urls")),
    path("info-page/", include("loyaltyadmin.info_page.urls")),
    path("activity/", include("loyaltyadmin.activity.urls")),
    path("customers/", include("loyaltyadmin.customers.urls")),
    path("quick-choices/", include("loyaltyadmin.presets.urls")),
    path("segments/", include("loyaltyadmin.segments.urls")),
    path("recurring-adjustments/", include("loyaltyadmin.recurring_adjustments.urls")),
    path("", include("loyaltyadmin.points_adjustments.urls")),
    path("", include("loyaltyadmin.single_adjustments.urls")),
    path("", include("loyaltyadmin.notices.urls")),
    path("your-data/", include("loyaltyadmin.store_data.urls")),
]

if settings.SUPPORT_CONSOLE:
    urlpatterns.append(path("", include("loyaltyadmin.support.urls")))

handler400 = "loyaltyadmin.web.views.bad_request"
handler404 = "loyaltyadmin.web.views.page_not_found"
handler500 = "loyaltyadmin.web.views.server_error"
