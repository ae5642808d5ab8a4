"""Who may open what: one row an address. Written by hand from the design, never generated from the code it checks."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

OK, NO, GONE, LOGIN = "ok", "403", "404", "login"


@dataclass(frozen=True)
class Row:
    """What each role gets. `foreign` is the volunteer's answer for a group they hold no post in; the others see every group.

    Of things that are one person's alone (tokens) the others are `strangers` too.
    `args` names the objects that the address wants, `body` what is sent (tests/access/world.py names the objects).
    `answers` replaces the codes that count as OK. `is_list` asks for a builder in test_query_counts.py.
    """

    anonymous: str = LOGIN
    viewer: str = OK
    volunteer: str = OK
    admin: str = OK
    operator: str = OK
    founder: str = OK
    foreign: str = GONE
    args: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    methods: tuple[str, ...] = ("GET",)
    answers: frozenset[int] = frozenset()
    is_list: bool = False
    strangers: tuple[str, ...] = ("volunteer",)

    def expected(self, role: str, *, own: bool) -> str:
        """The answer for a role; on the foreign object the `strangers` get `foreign`."""
        return self.foreign if role in self.strangers and not own else str(getattr(self, role))


EVERYBODY = Row(foreign=OK)
OPEN = Row(anonymous=OK, foreign=OK)
FOUNDER = Row(viewer=NO, volunteer=NO, admin=NO, operator=NO, foreign=NO)
RUN = Row(viewer=NO, volunteer=NO, admin=NO, foreign=NO)  # operators and founders
SYSTEM = Row(viewer=NO, volunteer=NO, foreign=NO)  # admins too
SEE_GROUP = Row()
CHANGE_GROUP = Row(viewer=NO, admin=NO)  # the volunteer is the owner of `own`
ACT = Row(viewer=NO)  # remove, mute, announce: admins too
TRANSFER = Row(viewer=NO, admin=NO, operator=NO)
TRAIL = Row(viewer=NO, admin=NO, foreign=OK)  # owners read that of their groups


def at(row: Row, **values: Any) -> Row:
    """The row with parameters of its own."""
    return replace(row, **values)


def post(row: Row, args: dict[str, Any] | None = None, **body: Any) -> Row:
    """The row for an address that only takes POST."""
    return replace(row, args=args or row.args, body=body, methods=("POST",))


def form(row: Row, args: dict[str, Any] | None = None) -> Row:
    """The row for a form: shown by GET, sent empty by POST."""
    return replace(row, args=args or row.args, methods=("GET", "POST"))


GROUP, PK, DAY = {"pk": "group"}, "pk", date(2026, 12, 1)
TABLE: dict[str, Row] = {
    # dashboard
    "today": EVERYBODY,
    "today-act": post(EVERYBODY, do="take", key="nothing:1"),  # what one does not see is skipped: tests/dashboard/test_today.py
    "today-undo": at(post(EVERYBODY, {"token": "x"}), answers=frozenset({404})),
    "live": at(EVERYBODY, answers=frozenset({204})),
    "palette": EVERYBODY,
    "components": EVERYBODY,
    "system": SYSTEM,
    # audit
    "record:audit": at(TRAIL, is_list=True),
    "record:audit-csv": TRAIL,
    # accounts
    "people": at(FOUNDER, is_list=True),
    "invite": form(FOUNDER),
    "person": form(FOUNDER, {PK: "user"}),
    "person-link": post(FOUNDER, {PK: "user"}),
    "person-deactivate": post(FOUNDER, {PK: "user"}),
    "person-reactivate": post(FOUNDER, {PK: "user"}),
    "invitation": at(form(OPEN, {"token": "invitation"}), answers=frozenset({200, 302, 422})),
    "first-user": at(form(OPEN, {"token": "x"}), answers=frozenset({409})),
    "profile": form(EVERYBODY),
    "preferences": post(OPEN, theme="dark"),
    "tokens": at(form(EVERYBODY), is_list=True),
    "token-revoke": at(post(Row(), {PK: "token"}), strangers=("viewer", "volunteer", "admin", "operator")),
    "account_login": form(OPEN),
    "account_logout": at(form(EVERYBODY), anonymous=OK),
    "account_inactive": OPEN,
    "account_reauthenticate": form(EVERYBODY),
    "account_change_password": form(EVERYBODY),
    # health
    "health-live": OPEN,
    "health-ready": at(OPEN, answers=frozenset({200, 503})),  # 503 says that no worker runs
}

# groups
READ_ALL = Row(volunteer=NO, foreign=NO)  # whoever sees every group sees how the house is set up
TABLE |= {
    "groups:list": at(EVERYBODY, is_list=True),
    "groups:export": EVERYBODY,
    "groups:bulk": post(EVERYBODY, to="paused", pk="group"),
    "groups:undo": at(post(EVERYBODY, {"token": "x"}), answers=frozenset({302, 400, 404, 409})),
    "groups:create": RUN,
    "groups:create-from": form(RUN, {"slug": "tech"}),
    "groups:advice": READ_ALL,
    "groups:users": post(RUN),
    "groups:ecosystem": EVERYBODY,
    "groups:moments": at(READ_ALL, is_list=True),
    "groups:moment-dismiss": post(RUN, {PK: "moment"}),
    "groups:moment-restore": post(RUN, {PK: "moment"}),
    "groups:kinds": at(READ_ALL, is_list=True),
    "groups:kind-new": form(RUN),
    "groups:kind-edit": form(RUN, {PK: "kind"}),
    "groups:base-rules": READ_ALL,
    "groups:base-rules-edit": form(RUN),
    "groups:base-rules-restore": post(RUN, {"version": 99}, seen="0"),
    "groups:policies": READ_ALL,
    "groups:policy": at(READ_ALL, args={"name": "delivery.retry"}),
    "groups:policy-edit": form(RUN, {"name": "delivery.retry"}),
    "groups:policy-preview": post(RUN, {"name": "delivery.retry"}),
    "groups:detail": at(SEE_GROUP, args=GROUP),
    "groups:edit": form(CHANGE_GROUP, GROUP),
    "groups:rules": at(SEE_GROUP, args=GROUP, is_list=True),
    "groups:rules-edit": form(CHANGE_GROUP, GROUP),
    "groups:rules-restore": post(CHANGE_GROUP, GROUP | {"version": 1}, seen="0"),
    "groups:posts": at(SEE_GROUP, args=GROUP, is_list=True),
    "groups:give-post": post(CHANGE_GROUP, GROUP),
    "groups:post-end": post(CHANGE_GROUP, GROUP | {"post": "staff"}),
    "groups:roster": at(SEE_GROUP, args=GROUP),
    "groups:roster-add": post(CHANGE_GROUP, GROUP),
    "groups:roster-end": post(CHANGE_GROUP, GROUP | {"shift": "shift"}),
    "groups:roster-undo": at(post(CHANGE_GROUP, GROUP | {"token": "nonsense"}), answers=frozenset({404})),
    "groups:hand-over": post(TRANSFER, GROUP),
    # members
    "members:roster": at(EVERYBODY, is_list=True),
    "members:export": EVERYBODY,
    "members:questions": at(EVERYBODY, is_list=True),
    "members:questions-answer": at(EVERYBODY, answers=frozenset({404})),  # without a question there is nothing to answer
    "members:questions-act": post(EVERYBODY, do="answered"),
    "members:questions-undo": at(post(EVERYBODY, {"token": "nonsense"}), answers=frozenset({404})),
    "members:question-settle": post(ACT, {PK: "question", "what": "answered"}),
    "members:greet": post(ACT, {"group_id": "group"}),
    "members:greet-undo": at(post(ACT, {"group_id": "group", "token": "nonsense"}), answers=frozenset({404})),
    "members:campaigns": at(EVERYBODY, is_list=True),
    "members:campaign-new": at(CHANGE_GROUP, foreign=OK, methods=("GET", "POST")),
    "members:campaign": at(SEE_GROUP, args={PK: "campaign"}),
    "members:campaign-edit": form(CHANGE_GROUP, {PK: "campaign"}),
    "members:campaign-move": post(CHANGE_GROUP, {PK: "campaign", "to": "paused"}),
    "members:campaign-invite": post(ACT, {PK: "campaign"}),
    "members:campaign-act": post(ACT, {PK: "campaign"}, do="sent"),
    "members:invitation-unsent": post(ACT, {PK: "invited"}),
    "members:invitation-arrived": at(form(ACT, {PK: "invited"}), answers=frozenset({200, 404})),  # POST chooses nobody
    "members:invitation-unarrived": post(ACT, {PK: "invited"}),
    "members:proofs": at(EVERYBODY, is_list=True),
    "members:proof-picture": at(SEE_GROUP, args={PK: "proof"}),
    "members:proof-settle": post(SEE_GROUP, {PK: "proof", "to": "accepted"}),  # without the right nothing changes
    "members:invite-tree": at(EVERYBODY, is_list=True),
    "members:invite-branch": at(SEE_GROUP, args={"person_id": "person"}),
    "members:sources": EVERYBODY,
    "members:source-new": post(RUN),
    "members:source-edit": form(RUN, {PK: "source"}),
    "members:source-archive": post(RUN, {PK: "source", "to": "archived"}),
    "members:source-assign": post(EVERYBODY),
    "members:source-undo": at(post(EVERYBODY, {"token": "nonsense"}), answers=frozenset({404})),
    "members:codes": at(EVERYBODY, is_list=True),
    "members:code": at(SEE_GROUP, args={PK: "code"}),
    "members:code-qr": at(SEE_GROUP, args={PK: "code"}),
    "members:code-new": at(CHANGE_GROUP, foreign=OK, methods=("GET", "POST")),
    "members:code-edit": form(CHANGE_GROUP, {PK: "code"}),
    "members:code-archive": post(CHANGE_GROUP, {PK: "code", "to": "archived"}),
    "members:entrance": form(CHANGE_GROUP, {"group_id": "group"}),
    "members:waiting": at(EVERYBODY, is_list=True),
    "members:waiting-act": post(EVERYBODY, do="told"),
    "members:waiting-reveal": post(ACT, {PK: "waiting"}),
    "members:sweep": at(EVERYBODY, is_list=True),
    "members:sweep-start": post(at(ACT, foreign=GONE), {}, group="group"),
    "members:sweep-run": at(SEE_GROUP, args={PK: "sweep_run"}),
    "members:sweep-export": at(SEE_GROUP, args={PK: "sweep_run"}),
    "members:sweep-ask": at(post(ACT, {PK: "sweep_run"}), answers=frozenset({409})),  # its policy only reports
    "members:sweep-review": at(EVERYBODY, is_list=True),
    "members:sweep-act": post(EVERYBODY, do="approve"),
    "members:sweep-undo": at(post(EVERYBODY, {"token": "nonsense"}), answers=frozenset({404})),
    "members:seat": at(SEE_GROUP, args={"person_id": "person"}),
    "members:colleague": post(CHANGE_GROUP, {"person_id": "person"}),
    "members:leave": at(post(ACT, {PK: "membership"}), answers=frozenset({422})),
    "members:leave-end": post(ACT, {PK: "membership"}),
    "members:tiers": at(EVERYBODY, is_list=True),
    "members:tier-rule": form(RUN),
    "members:tier-lock": form(ACT, {PK: "membership"}),
    "members:tier-unlock": at(post(ACT, {PK: "membership"}), answers=frozenset({409})),
    "members:tier-undo": at(post(EVERYBODY, {"token": "nonsense"}), answers=frozenset({404})),
    "members:care-settle": post(at(ACT, viewer=GONE), {PK: "care", "to": "done"}),
    "members:newcomers": at(EVERYBODY, is_list=True),
    "members:newcomers-funnel": EVERYBODY,
    "members:welcome": at(EVERYBODY, is_list=True),
    "members:welcome-try": at(post(CHANGE_GROUP, {"group_id": "group"}, room="group"), answers=frozenset({302})),
    "members:newcomers-act": post(EVERYBODY, do="greeted"),
    "members:newcomers-undo": at(post(EVERYBODY, {"what": "greeted", "token": "nonsense"}), answers=frozenset({404})),
    "members:newcomer-buddy": form(ACT, {PK: "newcomer"}),
    "members:newcomer-act": post(ACT, {PK: "newcomer", "what": "greeted"}),
    "members:newcomer-tasks": at(post(at(ACT, viewer=GONE), {"membership_id": "membership", "to": "done"}), answers=frozenset({404})),
    "members:newcomers-week": post(at(ACT, viewer=GONE), {PK: "intake", "to": "done"}),
    # pages of members: without a signed link there is nothing
    "portal:keep": at(OPEN, args={"token": "sweep_link"}, methods=("GET", "POST")),
    "portal:rules": at(form(OPEN, {"link": "x"}), answers=frozenset({404})),
    "portal:group": at(OPEN, args={"link": "x"}, answers=frozenset({404})),
    "members:profile": at(SEE_GROUP, args={"person_id": "person"}),
    "members:act": post(EVERYBODY, do="task", note="问候", pk="membership"),  # what one may not do is skipped: tests/members/tags
    "members:undo": at(post(EVERYBODY, {"token": "nonsense"}), answers=frozenset({404})),
    "members:note": at(post(Row(viewer=OK), {"person_id": "person"}), answers=frozenset({422})),
    "members:care-new": at(post(Row(viewer=OK), {"person_id": "person"}), answers=frozenset({422})),
    "members:note-to": at(post(Row(viewer=NO, volunteer=NO, admin=NO, operator=NO, founder=NO), {PK: "note", "to": "hidden"})),
    "members:consent": at(SEE_GROUP, args={"person_id": "person"}),
    "members:consent-note": at(post(SEE_GROUP, {"person_id": "person"}), answers=frozenset({422})),
    "members:contact-add": at(post(SEE_GROUP, {"person_id": "person"}), answers=frozenset({422})),
    "members:contact-reveal": at(SEE_GROUP, args={PK: "contact"}),  # in full: tests/members/consent
    "members:contact-to": post(ACT, {PK: "contact", "to": "removed"}),
    "members:tags": at(EVERYBODY, methods=("GET",), is_list=True),
    "members:tag-to": post(RUN, {PK: "tag", "to": "archived"}),
    "members:requests": at(EVERYBODY, is_list=True),
    "members:request-new": at(form(ACT, {"group_id": "group"}), answers=frozenset({200, 422})),
    "members:request": at(SEE_GROUP, args={PK: "request"}),
    "members:request-support": at(post(ACT, {PK: "request"}), answers=frozenset({422})),
    "members:imports": at(EVERYBODY, is_list=True),
    "members:import": at(SEE_GROUP, args={PK: "import"}),
    "members:import-act": post(CHANGE_GROUP, {PK: "import", "do": "drop"}),
    "members:import-decide": post(CHANGE_GROUP, {PK: "import_row"}),
    "members:merge": at(SEE_GROUP, args={"person_id": "person"}),
    "members:merge-with": post(CHANGE_GROUP, {"person_id": "person", "other_id": "stranger"}),
    "members:part": post(CHANGE_GROUP, {"person_id": "merged"}),
    "members:segments": at(EVERYBODY, is_list=True),
    "members:segment-save": at(post(EVERYBODY), answers=frozenset({422})),
    "members:segment-count": at(EVERYBODY, args={PK: "segment"}),
    "members:segment-delete": at(post(Row(viewer=NO, volunteer=NO, admin=NO, operator=NO, founder=NO, foreign=NO), {PK: "segment"})),
    # portal
    "portal:join": at(OPEN, args={"code": "address"}),
    "portal:wait": at(post(OPEN, {"code": "address"}), answers=frozenset({302, 422})),
    "portal:place": at(OPEN, args={"link": "place"}),
    "portal:place-leave": post(OPEN, {"link": "place"}),
    "portal:invitation": at(OPEN, args={"link": "invitation_link"}),
    "portal:invitation-accept": post(OPEN, {"link": "invitation_link"}),
    "portal:invitation-decline": post(OPEN, {"link": "invitation_link"}),
    "portal:invitation-proof": at(post(OPEN, {"link": "invitation_link"}), answers=frozenset({302, 422, 409})),
    "portal:apply": form(OPEN, {"link": "apply_link"}),
    "portal:picture": at(OPEN, args={"link": "x"}, answers=frozenset({404})),
    # content
    "content:coverage-overview": at(EVERYBODY, is_list=True),
    "content:coverage": at(SEE_GROUP, args={"group_id": "group"}),
    "content:schedules": at(EVERYBODY, is_list=True),
    "content:create": at(CHANGE_GROUP, foreign=OK, methods=("GET", "POST")),
    "content:preview": post(EVERYBODY),
    "content:adopt": post(CHANGE_GROUP, group="group"),
    "content:calendar": EVERYBODY,
    "content:calendar-together": at(EVERYBODY, answers=frozenset({404})),  # without a moment there is nothing
    "content:calendar-slot": at(SEE_GROUP, args={PK: "slot"}, answers=frozenset({200, 302})),
    "content:calendar-slot-move": post(CHANGE_GROUP, {PK: "slot"}, to="2030-01-01T09:00:00Z"),
    "content:calendar-post": at(SEE_GROUP, args={PK: "post"}),
    "content:calendar-post-move": post(CHANGE_GROUP, {PK: "post"}, to="2030-01-01T09:00:00Z"),
    "content:calendar-try-post": post(CHANGE_GROUP, {PK: "post"}, room="group"),
    "content:calendar-plan": at(SEE_GROUP, args={PK: "schedule", "day": DAY}, answers=frozenset({200, 302})),
    "content:calendar-plan-move": post(CHANGE_GROUP, {PK: "schedule", "day": DAY}, to="2030-01-01T09:00:00Z"),
    "content:calendar-plan-write": post(CHANGE_GROUP, {PK: "schedule", "day": DAY}),
    "content:calendar-end": post(CHANGE_GROUP, {PK: "schedule"}, end="2030-01-01", version="1"),
    "content:calendar-try": post(CHANGE_GROUP, {PK: "schedule"}, room="group", day="2026-12-01"),
    "content:feeds": EVERYBODY,
    "content:feed-renew": post(EVERYBODY),
    "content:feed-stop": post(EVERYBODY),
    "content:feed": at(OPEN, args={"link": "x"}, answers=frozenset({404})),
    "content:schedule": at(SEE_GROUP, args={PK: "schedule"}),
    "content:edit": form(CHANGE_GROUP, {PK: "schedule"}),
    "content:enable": post(CHANGE_GROUP, {PK: "schedule"}),
    "content:disable": post(CHANGE_GROUP, {PK: "schedule"}),
    "content:skip": post(CHANGE_GROUP, {PK: "schedule", "day": DAY}),
    "content:unskip": post(CHANGE_GROUP, {PK: "schedule", "day": DAY}),
    "content:follow": form(CHANGE_GROUP, {PK: "schedule"}),
    "content:switch-many": post(EVERYBODY, do="off"),  # of the groups one may plan for
    "content:plans": at(READ_ALL, answers=frozenset({302})),
    "content:plan": at(READ_ALL, args={"kind_id": "kind"}),
    "content:line-new": form(RUN, {"kind_id": "kind"}),
    "content:line-preview": post(RUN, {"kind_id": "kind"}),
    "content:line": form(RUN, {PK: "line"}),
    "content:line-groups": at(READ_ALL, args={PK: "line"}),
    "content:line-retire": post(RUN, {PK: "line"}),
    "content:line-restore": post(RUN, {PK: "line"}),
    "content:kind-part": form(RUN, {"kind_id": "kind", "sort": "theme", "key": "new"}),
    "content:group-plan": at(SEE_GROUP, args={"group_id": "group"}),
    "content:group-part": form(CHANGE_GROUP, {"group_id": "group", "sort": "duty", "key": "new"}),
    "content:follow-kind": post(CHANGE_GROUP, {"group_id": "group", "sort": "theme"}),
    "content:asking": EVERYBODY,
    "content:decide": post(EVERYBODY, do="leave"),
    "content:duties": EVERYBODY,  # of the groups one plans for or holds a post in
    "content:duty-settle": at(post(EVERYBODY, key="x"), answers=frozenset({409})),
    "content:duty-reopen": post(EVERYBODY, key="x"),
    "content:send-slot": post(CHANGE_GROUP, {PK: "slot"}),
    "content:leave-slot": post(CHANGE_GROUP, {PK: "slot"}),
    "content:posts": at(SEE_GROUP, args={"group_id": "group"}, is_list=True),
    "content:create-post": form(ACT, {"group_id": "group"}),
    "content:send-again": post(CHANGE_GROUP, {PK: "post"}),
    "content:all-posts": at(EVERYBODY, is_list=True),
    "content:write": at(ACT, foreign=OK, methods=("GET", "POST")),
    "content:post-preview": post(EVERYBODY),
    "content:review": EVERYBODY,  # holds what one may approve
    "content:review-many": post(EVERYBODY),
    "content:post": at(SEE_GROUP, args={PK: "post"}),
    "content:edit-post": form(ACT, {PK: "post"}),
    "content:test-post": at(ACT, args={PK: "post"}),
    "content:post-act": post(CHANGE_GROUP, {PK: "post", "act": "cancel"}),
    "content:slot-ahead": form(CHANGE_GROUP, {PK: "slot"}),
    "content:slot-drop": post(CHANGE_GROUP, {PK: "slot"}),
    "content:moment-posts": at(form(READ_ALL, {PK: "moment"}), viewer=NO),
    # messaging
    "messaging:deliveries": at(EVERYBODY, is_list=True),
    "messaging:delivery": at(SEE_GROUP, args={PK: "delivery"}),
    "messaging:act": post(EVERYBODY, do="cancel", pk="delivery"),
    "messaging:undo-many": at(post(EVERYBODY, {"token": "x"}), answers=frozenset({302, 400, 404, 409})),
    "messaging:undo": post(CHANGE_GROUP, {PK: "delivery"}),
    "messaging:decide": post(CHANGE_GROUP, {PK: "delivery", "decision": "again"}),
    "messaging:connections": at(RUN, is_list=True),
    "messaging:connect": RUN,
    "messaging:connect-to": form(RUN, {"kind": "matrix"}),
    "messaging:connection": at(RUN, args={PK: "connection"}),
    "messaging:check": post(RUN, {PK: "connection"}),
    "messaging:pause": form(RUN, {PK: "connection"}),
    "messaging:resume": form(RUN, {PK: "connection"}),
    "messaging:pauses": at(EVERYBODY, is_list=True),  # of the groups one sees
    "messaging:pause-all": form(RUN),
    "messaging:resume-all": form(RUN),
    "messaging:pause-group": form(CHANGE_GROUP, {"group_id": "group"}),
    "messaging:resume-group": form(CHANGE_GROUP, {"group_id": "group"}),
    "messaging:rotate": form(RUN, {PK: "connection"}),
    "messaging:appservice": at(RUN, args={PK: "connection"}, answers=frozenset({404})),  # of an appservice only
    "messaging:appservice-file": at(RUN, args={PK: "connection"}, answers=frozenset({404})),
    "messaging:appservice-test": at(post(RUN, {PK: "connection"}), answers=frozenset({404})),
    "messaging:limit": post(RUN, {PK: "connection"}, scope="connection", times="5", seconds="60"),
    "messaging:no-limit": at(post(RUN, {PK: "connection", "limit_id": "limit"})),
    "messaging:try-again": at(post(RUN, {PK: "connection", "operation": "kick"})),
    "messaging:test-send": post(RUN, {PK: "connection"}, group="group"),
    "messaging:orders": at(SEE_GROUP, args={"group_id": "group"}),
    "messaging:order": at(post(ACT, {"group_id": "group"}, operation="kick"), answers=frozenset({422})),
    "messaging:look": at(post(ACT, {"group_id": "group"}), answers=frozenset({302, 409})),
    "messaging:abilities": at(SEE_GROUP, args={"group_id": "group"}),
    "messaging:bind": at(CHANGE_GROUP, args={"group_id": "group"}),
    "messaging:confirm-room": post(CHANGE_GROUP, {"group_id": "group"}),
    "messaging:unbind": post(CHANGE_GROUP, {"group_id": "group"}),
    "messaging:bind-to": post(CHANGE_GROUP, {"group_id": "group", "connection_id": "connection"}),
    # inbound
    "inbound:messages": at(SEE_GROUP, args={"group_id": "group"}, is_list=True),
    "inbound:newer": at(SEE_GROUP, args={"group_id": "group"}, answers=frozenset({200, 204})),
    "inbound:message": at(SEE_GROUP, args={"event_id": "event"}),
    "inbound:replay": post(CHANGE_GROUP, {"event_id": "event"}),
    "inbound:parked": at(EVERYBODY, is_list=True),  # of the groups one sees
    "inbound:replay-all": post(EVERYBODY),  # of the groups one may edit
    "inbound-door": at(post(OPEN, {"door": "nobody"}), answers=frozenset({404})),
    "inbound-door-below": at(post(OPEN, {"door": "nobody", "below": "_matrix/app/v1/ping"}), answers=frozenset({404})),
}

# the sandbox: for those who make groups
SANDBOX = {PK: "sandbox"}
TABLE |= {
    "sandbox:list": RUN,
    "sandbox:create": form(RUN),
    "sandbox:page": at(RUN, args=SANDBOX),
    "sandbox:act": post(RUN, SANDBOX),
    "sandbox:play": post(RUN, SANDBOX),
    "sandbox:advance": post(RUN, SANDBOX),
    "sandbox:listen": post(RUN, SANDBOX),
    "sandbox:reset": form(RUN, SANDBOX),
    "sandbox:close": post(RUN, SANDBOX),
}

# API: lists are open to everybody and hold what they may see; writes say no by 403, foreign objects by 404
TABLE |= {
    "api-people-list": at(FOUNDER, is_list=True, methods=("GET", "POST")),
    "api-people-detail": at(FOUNDER, args={PK: "user"}, methods=("GET", "PATCH")),
    "api-people-link": post(FOUNDER, {PK: "user"}),
    "api-tokens-list": at(EVERYBODY, is_list=True, methods=("GET", "POST")),
    "api-tokens-detail": at(
        Row(), args={PK: "token"}, methods=("DELETE",), strangers=("viewer", "volunteer", "admin", "operator", "founder")
    ),
    "api-calendar-list": at(EVERYBODY, body={"since": "2026-11-22", "until": "2026-11-29"}),
    "api-groups-list": at(EVERYBODY, is_list=True),
    "api-groups-detail": at(SEE_GROUP, args=GROUP),
    "api-groups-hand-over": post(TRANSFER, GROUP),
    "api-groups-lifecycle": post(CHANGE_GROUP, GROUP),
    "api-kinds-list": at(EVERYBODY, is_list=True),
    "api-kinds-detail": at(EVERYBODY, args={PK: "kind"}),
    "api-group-rules-list": at(EVERYBODY, is_list=True),
    "api-group-rules-detail": at(SEE_GROUP, args={PK: "rules"}),
    "api-group-rules-restore": post(CHANGE_GROUP, {PK: "rules"}),
    "api-group-posts-list": at(EVERYBODY, is_list=True),
    "api-group-posts-detail": at(SEE_GROUP, args={PK: "staff"}),
    "api-group-posts-end": post(CHANGE_GROUP, {PK: "staff"}),
    "api-key-moments-list": at(READ_ALL, is_list=True),
    "api-key-moments-detail": at(READ_ALL, args={PK: "moment"}),
    "api-key-moments-dismiss": post(RUN, {PK: "moment"}),
    "api-key-moments-restore": post(RUN, {PK: "moment"}),
    "api-product-users-list": at(READ_ALL, is_list=True),
    "api-policies-list": at(READ_ALL, is_list=True),
    "api-policies-effective": READ_ALL,
    "api-policies-detail": at(READ_ALL, args={PK: "policy"}),
    "api-connections-list": at(RUN, is_list=True),
    "api-connections-detail": at(RUN, args={PK: "connection"}),
    "api-connections-check": post(RUN, {PK: "connection"}),
    "api-connections-pause": post(RUN, {PK: "connection"}),
    "api-connections-renew": post(RUN, {PK: "connection"}),
    "api-connections-resume": post(RUN, {PK: "connection"}),
    "api-bindings-list": at(EVERYBODY, is_list=True),
    "api-bindings-detail": at(CHANGE_GROUP, args={"group_id": "group"}, methods=("DELETE",)),
    "api-bindings-confirm": post(CHANGE_GROUP, {"group_id": "group"}),
    "api-orders-list": at(post(ACT, group="group", operation="kick", user="wang"), answers=frozenset({201})),
    "api-abilities-detail": at(SEE_GROUP, args={PK: "group"}),
    "api-pauses-list": at(EVERYBODY, is_list=True),
    "api-pauses-detail": at(SEE_GROUP, args={PK: "pause"}),
    "api-pauses-resume": post(CHANGE_GROUP, {PK: "pause"}),
    "api-deliveries-list": at(EVERYBODY, is_list=True),
    "api-deliveries-detail": at(SEE_GROUP, args={PK: "delivery"}),
    "api-deliveries-decide": post(CHANGE_GROUP, {PK: "delivery"}, decision="again"),
    "api-deliveries-decide-many": post(EVERYBODY, ids=[1], decision="cancel"),
    "api-deliveries-undo-many": post(EVERYBODY, ids=[1]),
    "api-deliveries-take": post(EVERYBODY, ids=[1]),
    "api-deliveries-put-back": post(EVERYBODY, ids=[1]),
    "api-deliveries-undo": post(CHANGE_GROUP, {PK: "delivery"}),
    "api-events-list": at(EVERYBODY, is_list=True),
    "api-events-detail": at(SEE_GROUP, args={PK: "event"}),
    "api-members-list": at(EVERYBODY, is_list=True),
    "api-members-detail": at(SEE_GROUP, args={PK: "membership"}),
    "api-newcomers-list": at(EVERYBODY, is_list=True),
    "api-newcomers-detail": at(SEE_GROUP, args={PK: "newcomer"}),
    "api-newcomers-mark": post(ACT, {PK: "newcomer"}, what="greeted"),
    "api-newcomers-buddy": post(ACT, {PK: "newcomer"}),
    "api-newcomers-funnel": EVERYBODY,
    "api-welcomes-list": at(EVERYBODY, is_list=True),
    "api-sources-list": at(EVERYBODY, is_list=True),
    "api-sources-detail": at(EVERYBODY, args={PK: "source"}),
    "api-join-codes-list": at(EVERYBODY, is_list=True),
    "api-join-codes-detail": at(SEE_GROUP, args={PK: "code"}),
    "api-waiting-list": at(EVERYBODY, is_list=True),
    "api-waiting-detail": at(SEE_GROUP, args={PK: "waiting"}),
    "api-campaigns-list": at(EVERYBODY, is_list=True),
    "api-campaigns-detail": at(SEE_GROUP, args={PK: "campaign"}),
    "api-invitations-list": at(EVERYBODY, is_list=True, methods=("GET", "POST")),
    "api-invitations-detail": at(SEE_GROUP, args={PK: "invited"}),
    "api-proofs-list": at(EVERYBODY, is_list=True),
    "api-proofs-detail": at(SEE_GROUP, args={PK: "proof"}),
    "api-sweep-runs-list": at(EVERYBODY, is_list=True, methods=("GET",)),
    "api-sweep-runs-detail": at(SEE_GROUP, args={PK: "sweep_run"}),
    "api-sweep-runs-ask": at(post(ACT, {PK: "sweep_run"}), answers=frozenset({409})),
    "api-sweep-cases-list": at(EVERYBODY, is_list=True),
    "api-sweep-cases-detail": at(SEE_GROUP, args={PK: "sweep_case"}),
    "api-sweep-cases-act": post(EVERYBODY, ids=[1], do="approve"),
    "api-leaves-list": at(EVERYBODY, is_list=True),
    "api-leaves-detail": at(SEE_GROUP, args={PK: "leave"}),
    "api-leaves-end": post(ACT, {PK: "leave"}),
    "api-persons-list": at(EVERYBODY, is_list=True),
    "api-persons-detail": at(SEE_GROUP, args={PK: "person"}),
    "api-members-lock": at(post(ACT, {PK: "membership"}, tier="core", until=DAY, reason="讲师"), answers=frozenset({200, 422})),
    "api-members-unlock": at(post(ACT, {PK: "membership"}), answers=frozenset({200, 409})),
    "api-tier-changes-list": at(EVERYBODY, is_list=True),
    "api-tier-changes-detail": at(SEE_GROUP, args={PK: "tier_change"}),
    "api-tier-changes-preview": post(RUN, value={}),
    "api-contacts-list": at(EVERYBODY, is_list=True),
    "api-contacts-detail": at(SEE_GROUP, args={PK: "contact"}),
    "api-contacts-reveal": post(CHANGE_GROUP, {PK: "contact"}, reason="寄奖品"),
    "api-consents-list": at(EVERYBODY, is_list=True),
    "api-consents-detail": at(SEE_GROUP, args={PK: "consent"}),
    "api-tags-list": at(EVERYBODY, is_list=True),
    "api-tags-detail": at(EVERYBODY, args={PK: "tag"}),
    "api-tags-give": post(EVERYBODY, {PK: "tag"}, members=[1]),
    "api-tags-take": post(EVERYBODY, {PK: "tag"}, members=[1]),
    "api-notes-list": at(EVERYBODY, is_list=True),
    "api-notes-detail": at(SEE_GROUP, args={PK: "note"}),
    "api-requests-list": at(EVERYBODY, is_list=True),
    "api-requests-detail": at(SEE_GROUP, args={PK: "request"}),
    "api-requests-move": post(ACT, {PK: "request"}, state="planned"),
    "api-imports-list": at(EVERYBODY, is_list=True),
    "api-imports-detail": at(SEE_GROUP, args={PK: "import"}),
    "api-imports-apply": post(CHANGE_GROUP, {PK: "import"}),
    "api-imports-undo": at(post(CHANGE_GROUP, {PK: "import"}), answers=frozenset({409})),
    "api-merges-list": at(EVERYBODY, is_list=True),
    "api-merges-detail": at(SEE_GROUP, args={PK: "merge"}),
    "api-segments-list": at(EVERYBODY, is_list=True),
    "api-segments-detail": at(EVERYBODY, args={PK: "segment"}),
    "api-segments-count": at(EVERYBODY, args={PK: "segment"}),
    "api-plan-lines-list": at(READ_ALL, is_list=True),
    "api-plan-lines-detail": at(READ_ALL, args={PK: "line"}),
    "api-plan-lines-restore": post(RUN, {PK: "line"}),
    "api-plan-lines-retire": post(RUN, {PK: "line"}),
    "api-schedules-follow": at(post(CHANGE_GROUP, {PK: "schedule"}), answers=frozenset({409})),
    "api-schedules-list": at(EVERYBODY, is_list=True),
    "api-schedules-detail": at(SEE_GROUP, args={PK: "schedule"}),
    "api-schedules-disable": post(CHANGE_GROUP, {PK: "schedule"}),
    "api-schedules-enable": post(CHANGE_GROUP, {PK: "schedule"}),
    "api-schedules-skip": post(CHANGE_GROUP, {PK: "schedule"}, day=DAY),
    "api-schedules-unskip": post(CHANGE_GROUP, {PK: "schedule"}, day=DAY),
    "api-slots-list": at(EVERYBODY, is_list=True),
    "api-slots-detail": at(SEE_GROUP, args={PK: "slot"}),
    "api-slots-leave": post(CHANGE_GROUP, {PK: "slot"}),
    "api-slots-ahead": post(CHANGE_GROUP, {PK: "slot"}),
    "api-slots-drop": post(CHANGE_GROUP, {PK: "slot"}),
    "api-slots-move": post(CHANGE_GROUP, {PK: "slot"}),
    "api-slots-reset": post(CHANGE_GROUP, {PK: "slot"}),
    "api-slots-send": post(CHANGE_GROUP, {PK: "slot"}),
    "api-posts-list": at(EVERYBODY, is_list=True),
    "api-posts-detail": at(SEE_GROUP, args={PK: "post"}),
    "api-posts-again": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-cancel": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-approve": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-hold": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-restore": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-send-back": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-send-now": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-submit": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-unhold": post(CHANGE_GROUP, {PK: "post"}),
    "api-posts-move": post(ACT, {PK: "post"}),
    "api-posts-test": post(ACT, {PK: "post"}),
    "api-posts-bundle": post(EVERYBODY),  # of the groups one may write in
    "api-posts-propose": post(EVERYBODY),
    "api-audit-list": at(TRAIL, is_list=True),
    "api-audit-chain": RUN,
    "api-audit-detail": at(TRAIL, args={PK: "entry"}, foreign=GONE),
    "api-schema": EVERYBODY,
    "api-docs": EVERYBODY,
}
