"""The floor of a sending worker: claim by UPDATE, one HTTP POST each, receipt and state in one transaction; psycopg2 and a socket.

python bench/bare_sender.py DATABASE_URL PLATFORM_URL      (started by deliveries.py)
"""

import http.client
import json
import sys
from urllib.parse import urlsplit

import psycopg2

CLAIM = """
    UPDATE messaging_delivery SET state = 'claimed', fence = gen_random_uuid(), lease_until = now() + interval '45 seconds'
    WHERE id IN (SELECT id FROM messaging_delivery WHERE state = 'due' AND due_at <= now() ORDER BY due_at, id LIMIT 20
                 FOR UPDATE SKIP LOCKED)
    RETURNING id, key, text, (SELECT remote_id FROM messaging_binding WHERE group_id = messaging_delivery.group_id),
              (SELECT account FROM messaging_connection WHERE id = messaging_delivery.connection_id)"""
RECEIPT = "INSERT INTO messaging_receipt (delivery_id, remote_id, parts, at) VALUES (%s, %s, '[]', now())"
SENT = "UPDATE messaging_delivery SET state = 'sent', settled_at = now(), lease_until = NULL WHERE id = %s"


def send(database: str, platform: str) -> None:
    """Until nothing is due."""
    connection, wire = psycopg2.connect(database), http.client.HTTPConnection(urlsplit(platform).netloc)
    cursor = connection.cursor()
    while True:
        cursor.execute(CLAIM)
        claimed = cursor.fetchall()
        connection.commit()
        if not claimed:
            return
        for pk, key, text, room, account in claimed:
            body = json.dumps({"key": key, "text": text})
            headers = {"Authorization": f"Bearer {account}", "Content-Type": "application/json"}
            wire.request("POST", f"/api/rooms/{room}/messages", body, headers)
            answer = wire.getresponse()
            content = answer.read()
            if answer.status >= http.client.BAD_REQUEST:
                raise RuntimeError(f"{answer.status} {content!r}")
            cursor.execute(RECEIPT, [pk, json.loads(content)["id"]])
            cursor.execute(SENT, [pk])
            connection.commit()


if __name__ == "__main__":
    send(*sys.argv[1:])
