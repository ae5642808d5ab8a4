"""Addresses of the content pages."""

from datetime import date

from django.urls import path, register_converter

from content import views
from content.views import calendar, calendar_acts, calendar_entry, coverage, feeds


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
register_converter(views.ActInPath, "act")

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
    path("<int:pk>/follow/", views.follow, name="follow"),
    path("switch/", views.switch_many, name="switch-many"),
    path("plans/", views.plans, name="plans"),
    path("plans/<int:kind_id>/", views.plan, name="plan"),
    path("plans/<int:kind_id>/lines/new/", views.line_new, name="line-new"),
    path("plans/<int:kind_id>/lines/preview/", views.line_preview, name="line-preview"),
    path("plans/lines/<int:pk>/", views.line_edit, name="line"),
    path("plans/lines/<int:pk>/groups/", views.line_groups, name="line-groups"),
    path("plans/lines/<int:pk>/retire/", views.line_retire, name="line-retire"),
    path("plans/lines/<int:pk>/restore/", views.line_restore, name="line-restore"),
    path("plans/<int:kind_id>/<slug:sort>/<slug:key>/", views.kind_part, name="kind-part"),
    path("groups/<int:group_id>/plan/", views.group_plan, name="group-plan"),
    path("groups/<int:group_id>/plan/<slug:sort>/follow/", views.follow_kind, name="follow-kind"),
    path("groups/<int:group_id>/plan/<slug:sort>/<slug:key>/", views.group_part, name="group-part"),
    path("asking/", views.asking, name="asking"),
    path("asking/decide/", views.decide, name="decide"),
    path("asking/again/<str:token>/", views.ask_again, name="ask-again"),
    path("duties/", views.duties, name="duties"),
    path("duties/settle/", views.settle_duty, name="duty-settle"),
    path("duties/reopen/", views.reopen_duty, name="duty-reopen"),
    path("slots/<int:pk>/send/", views.send_slot, name="send-slot"),
    path("slots/<int:pk>/leave/", views.leave, name="leave-slot"),
    path("coverage/", coverage.overview, name="coverage-overview"),
    path("coverage/<int:group_id>/", coverage.covered, name="coverage"),
    path("groups/<int:group_id>/posts/", views.posts, name="posts"),
    path("groups/<int:group_id>/posts/new/", views.write, name="create-post"),
    path("posts/", views.all_posts, name="all-posts"),
    path("posts/new/", views.write, name="write"),
    path("posts/preview/", views.preview_post, name="post-preview"),
    path("posts/review/", views.review, name="review"),
    path("posts/review/approve/", views.review_many, name="review-many"),
    path("posts/<int:pk>/", views.post, name="post"),
    path("posts/<int:pk>/edit/", views.edit_post, name="edit-post"),
    path("posts/<int:pk>/test/", views.test_post, name="test-post"),
    path("posts/<int:pk>/again/", views.again, name="send-again"),
    path("posts/<int:pk>/<act:act>/", views.act_on_post, name="post-act"),
    path("slots/<int:pk>/ahead/", views.write_ahead, name="slot-ahead"),
    path("slots/<int:pk>/ahead/drop/", views.drop_ahead, name="slot-drop"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/together/", calendar.together, name="calendar-together"),
    path("calendar/slots/<int:pk>/", calendar_entry.slot_entry, name="calendar-slot"),
    path("calendar/slots/<int:pk>/move/", calendar_acts.move_slot, name="calendar-slot-move"),
    path("calendar/posts/<int:pk>/", calendar_entry.post_entry, name="calendar-post"),
    path("calendar/posts/<int:pk>/move/", calendar_acts.move_post, name="calendar-post-move"),
    path("calendar/posts/<int:pk>/try/", calendar_acts.try_post, name="calendar-try-post"),
    path("calendar/plan/<int:pk>/<day:day>/", calendar_entry.plan_entry, name="calendar-plan"),
    path("calendar/plan/<int:pk>/<day:day>/move/", calendar_acts.move_plan, name="calendar-plan-move"),
    path("calendar/plan/<int:pk>/<day:day>/write/", calendar_acts.write_plan, name="calendar-plan-write"),
    path("calendar/series/<int:pk>/end/", calendar_acts.end_series, name="calendar-end"),
    path("calendar/series/<int:pk>/try/", calendar_acts.try_schedule, name="calendar-try"),
    path("calendar/links/", feeds.subscribe, name="feeds"),
    path("calendar/links/renew/", feeds.renew, name="feed-renew"),
    path("calendar/links/stop/", feeds.stop, name="feed-stop"),
    path("calendar/<str:link>.ics", feeds.feed, name="feed"),
    path("moments/<int:pk>/posts/", views.moment_posts, name="moment-posts"),
]
