"""Addresses of the content pages."""

from datetime import date

from django.urls import path, register_converter

from content import views


class Day:
    """A date in an address: 2026-11-22; one that does not exist is a 404."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """The date. Raises ValueError."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Its spelling."""
        return value.isoformat()


register_converter(Day, "day")

app_name = "content"
urlpatterns = [
    path("", views.schedules, name="schedules"),
    path("new/", views.create, name="create"),
    path("preview/", views.preview, name="preview"),
    path("adopt/", views.adopt, name="adopt"),
    path("<int:pk>/", views.schedule, name="schedule"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/enable/", views.enable, name="enable"),
    path("<int:pk>/disable/", views.disable, name="disable"),
    path("<int:pk>/skip/<day:day>/", views.skip, name="skip"),
    path("<int:pk>/unskip/<day:day>/", views.unskip, name="unskip"),
    path("slots/<int:pk>/send/", views.send_slot, name="send-slot"),
    path("slots/<int:pk>/leave/", views.leave, name="leave-slot"),
    path("groups/<int:group_id>/posts/", views.posts, name="posts"),
    path("groups/<int:group_id>/posts/new/", views.create_post, name="create-post"),
    path("posts/<int:pk>/cancel/", views.cancel, name="cancel-post"),
    path("posts/<int:pk>/again/", views.again, name="send-again"),
]
