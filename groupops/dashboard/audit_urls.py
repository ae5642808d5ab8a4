"""Addresses of the audit trail."""

from django.urls import path

from groupops.dashboard import audit

app_name = "record"
urlpatterns = [
    path("", audit.audit, name="audit"),
    path("audit.csv", audit.audit_csv, name="audit-csv"),
]
