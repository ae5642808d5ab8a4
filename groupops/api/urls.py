"""The REST API: every app's routes under one version, its schema and its pages."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from content import api as content
from groupops.accounts import api as accounts
from groupops.api import audit
from groupops.groups import api as groups
from groupops.inbound import api as inbound
from groupops.messaging import api as messaging
from groupops.record.idempotency import every_post
from members import api as members
from moderation import api as moderation

router = SimpleRouter(trailing_slash=True)
for app in (accounts, groups, messaging, inbound, members, content, moderation, audit):
    for prefix, viewset in app.routes:
        router.register(prefix, every_post(viewset), basename=f"api-{prefix}")

urlpatterns = [
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
