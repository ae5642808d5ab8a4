"""A large installation, made by set-based SQL: groups, their members, their talk, their plan and what it led to."""

from datetime import datetime, timedelta

import day
from django.db import connection as database

from content import services as content
from content.models import Post, Slot
from content.policy import PostState, SlotState
from groupops.accounts.models import User
from groupops.groups.models import Group, Kind
from groupops.messaging.models import Binding, Connection

CONNECTIONS = 8
TALK = 30  # days
POSTS = 14  # days of posts that have left

PEOPLE = """
INSERT INTO members_person (realm, remote_id, name, named_at, first_seen_at)
SELECT 'memory', 'crowd-' || n, '群友' || n, %(at)s, %(at)s - interval '90 days' FROM generate_series(0, %(people)s - 1) n
"""
MEMBERSHIPS = """
INSERT INTO members_membership (person_id, group_id, joined_at, join_seen, left_how, rejoins, last_spoke_at,
                                tier, tier_since, tier_lock_reason)
SELECT p.id, g.id, %(at)s - (p.n %% 90) * interval '1 day' - interval '1 hour', true, '', 0,
       CASE WHEN p.n %% 7 = 0 THEN NULL ELSE %(at)s - (p.n %% 40) * interval '1 day' END,
       (ARRAY['core', 'active', 'active', 'ordinary', 'ordinary', 'ordinary', 'lurker'])[1 + p.n %% 7],
       (%(at)s - interval '20 days')::date, ''
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM members_person WHERE remote_id LIKE 'crowd-%%') p
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM groups_group) g ON g.n = p.n / %(each)s
"""
EVENTS = """
INSERT INTO inbound_storedevent (connection_id, event_key, kind, group_id, remote_group, remote_user, user_name, remote_message,
                                 text, how, operator, own, occurred_at, received_at, raw, state, tries, error, person_id, trace)
SELECT b.connection_id, 'crowd:' || n, 'message.created', m.group_id, b.remote_id, p.remote_id, p.name, 'm' || n,
       '第 ' || n || ' 条：大家觉得这个方案怎么样？', '', '', false, t.at, t.at, '{}', 'done', 0, '', p.id, '[]'
FROM generate_series(1, %(messages)s) n
CROSS JOIN LATERAL (SELECT %(at)s - (n::float / %(messages)s) * %(talk)s * interval '1 day' AS at) t
JOIN members_membership m ON m.id = (SELECT min(id) FROM members_membership) + (n::bigint * 7919) %% %(people)s
JOIN members_person p ON p.id = m.person_id
JOIN messaging_binding b ON b.group_id = m.group_id
"""
ACTIVITY = """
INSERT INTO members_dailyactivity (membership_id, day, messages, contributions, replies)
SELECT m.id, (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), 0, 0
FROM inbound_storedevent e JOIN members_membership m ON m.person_id = e.person_id AND m.group_id = e.group_id GROUP BY 1, 2
"""
DAYS = """
INSERT INTO groups_groupday (group_id, day, messages, speakers, joins, leaves, posts_sent)
SELECT m.group_id, a.day, sum(a.messages), count(*), 1, 0, 4
FROM members_dailyactivity a JOIN members_membership m ON m.id = a.membership_id
GROUP BY 1, 2
"""
PAST_SLOTS = """
INSERT INTO content_slot (schedule_id, day, ordinal, due_at, placed, state, why)
SELECT s.id, d.day, 1, (d.day + s.at) AT TIME ZONE 'Asia/Shanghai', false, 'released', ''
FROM content_schedule s CROSS JOIN LATERAL (SELECT (%(at)s::date - n) AS day FROM generate_series(1, %(posts)s) n) d
WHERE (s.weekdays >> (extract(isodow FROM d.day)::int - 1)) & 1 = 1 AND s.holidays <> 'festival'
ON CONFLICT DO NOTHING
"""


def crowd(*, groups: int, members: int, messages: int, at: datetime) -> None:
    """An installation of that size at the moment `at`, with a founder. The database is empty before; PostgreSQL only."""
    founder = _founder(at)
    kinds = list(Kind.objects.filter(archived=False)[:4])
    made = Group.objects.bulk_create(_group(number, kinds, founder, at) for number in range(groups))
    _bind(made, at)
    values = {"at": at, "each": members, "people": groups * members, "messages": messages, "talk": TALK, "posts": POSTS}
    with database.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a million rows at once
        for statement in (PEOPLE, MEMBERSHIPS, EVENTS, ACTIVITY, DAYS):
            cursor.execute(statement, values)
        cursor.execute("UPDATE groups_group SET member_count = %(each)s, health = 60 + id %% 40", values)
    content.plan(at=at)
    day.work(at=at)
    with database.cursor() as cursor:
        cursor.execute(PAST_SLOTS, values)
        _posts()
        cursor.execute("ANALYZE")


def _founder(at: datetime) -> User:
    return User.objects.create_user(username="bench", password=None, role="founder")


def _group(number: int, kinds: list[Kind], founder: User, at: datetime) -> Group:
    kind = kinds[number % len(kinds)]
    opened = at - timedelta(days=120)
    return Group(name=f"测试群 {number}", kind=kind, level=kind.level, lifecycle="active", created_at=opened, created_by=founder)


def _posts() -> None:
    """What the past slots have said."""
    left = Slot.objects.filter(state=SlotState.RELEASED).select_related("schedule").order_by("pk")
    made = (
        Post(
            group_id=slot.schedule.group_id,
            slot=slot,
            kind=slot.schedule.kind,
            title=slot.schedule.title,
            body=slot.schedule.body,
            state=PostState.SENT,
            due_at=slot.due_at,
            released_at=slot.due_at,
            sent_at=slot.due_at + timedelta(seconds=1),
            created_at=slot.due_at,
        )
        for slot in left.iterator(chunk_size=5000)
    )
    Post.objects.bulk_create(made, batch_size=2000)


def _bind(groups: list[Group], at: datetime) -> None:
    from tests.factories.messaging import ConnectionFactory

    connections: list[Connection] = [ConnectionFactory() for _number in range(CONNECTIONS)]
    Binding.objects.bulk_create(
        Binding(
            group=group, connection=connections[number % CONNECTIONS], remote_id=f"crowd-room-{number}", remote_name=group.name, bound_at=at
        )
        for number, group in enumerate(groups)
    )
