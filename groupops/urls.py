"""Every address of the site. tests/access/test_matrix.py fails on one that it does not know."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("groupops.dashboard.urls")),
    path("groups/", include("groupops.groups.urls")),
    path("members/", include("members.urls")),
    path("content/", include("content.urls")),
    path("moderation/", include("moderation.urls")),
    path("messaging/", include("groupops.messaging.urls")),
    path("inbound/", include("groupops.inbound.urls")),
    path("in/<str:door>/", include("groupops.inbound.door_urls")),
    path("sandbox/", include("groupops.simulator.sandbox.urls")),
    path("p/", include("groupops.portal.urls")),
    path("audit/", include("groupops.dashboard.audit_urls")),
    path("accounts/", include("groupops.accounts.urls")),
    path("accounts/", include("groupops.groups.staff_urls")),
    path("health/", include("groupops.operations.urls")),
    path("system/", include("groupops.operations.status.urls")),
    path("api/v1/system/", include("groupops.operations.status.api_urls")),
    path("api/", include("groupops.api.urls")),
]

handler400 = "groupops.shared.http.bad_request"
handler403 = "groupops.shared.http.forbidden"
handler404 = "groupops.shared.http.not_found"
handler429 = "groupops.shared.http.too_many"
handler500 = "groupops.shared.http.server_error"
