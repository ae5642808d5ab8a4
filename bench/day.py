"""What the people of a large installation still have to do: questions, newcomers with their steps, care; most of it done."""

from datetime import datetime

from django.db import connection as database

# Every twentieth message asks; those of the last ten hours wait.
QUESTIONS = """
INSERT INTO members_question (event_id, group_id, membership_id, cue, asked_at, last_asked_at, times, due_at, state, how,
                              answered_at, waited)
SELECT e.id, e.group_id, m.id, 'whether', e.occurred_at, e.occurred_at, 1, e.occurred_at + interval '4 hours',
       CASE WHEN t.waits THEN 'open' ELSE 'answered' END, CASE WHEN t.waits THEN '' ELSE 'reply' END,
       CASE WHEN t.waits THEN NULL ELSE e.occurred_at + interval '20 minutes' END, CASE WHEN t.waits THEN NULL ELSE 1200 END
FROM inbound_storedevent e
JOIN members_membership m ON m.person_id = e.person_id AND m.group_id = e.group_id
CROSS JOIN LATERAL (SELECT e.occurred_at > %(at)s - interval '10 hours' AS waits) t
WHERE e.id %% 20 = 0
"""
NEWCOMERS = """
INSERT INTO members_newcomer (membership_id, group_id, joined_at, first_spoke_at, answer_due_at, answered_at, answered_how, lists, personal)
SELECT m.id, m.group_id, m.joined_at, t.spoke, t.spoke + interval '4 hours',
       CASE WHEN m.id %% 11 <> 0 THEN t.spoke + interval '1 hour' END,
       CASE WHEN m.id %% 11 <> 0 AND t.spoke IS NOT NULL THEN 'reply' ELSE '' END, 1, true
FROM members_membership m
CROSS JOIN LATERAL (SELECT CASE WHEN m.id %% 3 <> 0 THEN m.joined_at + interval '30 minutes' END AS spoke) t
WHERE m.joined_at > %(at)s - interval '28 days'
"""
# Greeted within a day, but for every fourth of yesterday.
GREETINGS = """
INSERT INTO members_greeting (membership_id, by_id, at)
SELECT n.membership_id, u.id, n.joined_at + interval '3 hours' FROM members_newcomer n, accounts_user u
WHERE u.username = 'bench' AND (n.joined_at < %(at)s - interval '2 days' OR n.id %% 4 <> 0)
"""
# Four steps of each newcomer; those of the last two days wait, and every fortieth older one.
STEPS = """
INSERT INTO members_caretask (membership_id, group_id, sort, occasion, note, due_at, state, created_at, settled_at)
SELECT n.membership_id, n.group_id, s.sort, '', '', n.joined_at + interval '1 day', t.state, n.joined_at,
       CASE WHEN t.state = 'done' THEN n.joined_at + interval '6 hours' END
FROM members_newcomer n
CROSS JOIN unnest(ARRAY['new_background', 'new_topic', 'new_history', 'new_channels']) AS s(sort)
CROSS JOIN LATERAL (SELECT CASE WHEN n.joined_at > %(at)s - interval '2 days' OR n.id %% 40 = 0 THEN 'open' ELSE 'done' END AS state) t
"""
# Two a group and night for thirty nights; those of the last two nights wait.
CARE = """
INSERT INTO members_caretask (membership_id, group_id, sort, occasion, note, due_at, state, created_at, settled_at)
SELECT m.id, m.group_id, 'tier_wake', t.night::date::text, '', t.night, CASE WHEN t.n < 2 THEN 'open' ELSE 'done' END, t.night,
       CASE WHEN t.n < 2 THEN NULL ELSE t.night + interval '10 hours' END
FROM members_membership m
JOIN LATERAL (SELECT n, %(at)s - n * interval '1 day' AS night FROM generate_series(0, 29) n) t ON m.id %% 250 = t.n
"""


def work(*, at: datetime) -> None:
    """Everything a day asks for, at the moment `at`; after the members and their talk. PostgreSQL only."""
    with database.cursor() as cursor:
        for statement in (QUESTIONS, NEWCOMERS, GREETINGS, STEPS, CARE):
            cursor.execute(statement, {"at": at})
