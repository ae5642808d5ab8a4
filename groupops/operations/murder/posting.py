"""Posts through the API while the web process dies under them: repeated under one Idempotency-Key until there is an answer."""

import contextlib
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from groupops.shared import clock

HANDS = 12
PATIENCE = 300.0  # seconds for one post: an interrupted request is told from a running one after three minutes


@dataclass(frozen=True)
class Writer:
    """Writes posts of one run."""

    address: str
    token: str
    groups: list[int]

    def write(self, count: int, *, seconds: float) -> list[str]:
        """`count` posts, spread over `seconds`, each with a text of its own; returns the texts that were acknowledged.

        Several at a time: one that was interrupted waits for minutes, and the others go on.
        """
        started = time.monotonic()
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=10, trust_env=False) as client, ThreadPoolExecutor(HANDS) as pool:
            return list(pool.map(lambda n: self._in_time(client, n, started + seconds * n / count), range(count)))

    def _in_time(self, client: httpx.Client, n: int, moment: float) -> str:
        time.sleep(max(0.0, moment - time.monotonic()))
        return self._one(client, n)

    def _one(self, client: httpx.Client, n: int) -> str:
        text = f"第 {n + 1} 条 {uuid.uuid4().hex}"
        due: datetime = clock.now() + timedelta(seconds=5)
        body = {"group": self.groups[n % len(self.groups)], "title": text[:80], "body": text, "due_at": due.isoformat()}
        key, until = uuid.uuid4().hex, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = _post(client, body, key)
            if answer is not None and answer.status_code == httpx.codes.CREATED:
                return text
            if answer is not None and answer.json().get("type", "").endswith("interrupted"):
                if self._there(client, text):
                    return text
                key = uuid.uuid4().hex
            elif answer is not None and answer.status_code not in AGAIN:
                raise RuntimeError(f"the API refused a post: {answer.status_code} {answer.text[:300]}")
            time.sleep(0.2)
        raise RuntimeError("the web process did not come back")

    def _there(self, client: httpx.Client, text: str) -> bool:
        """Whether an interrupted request took effect, as the document of the API says one should look. Killed meanwhile, look again."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                answer = client.get("/api/v1/posts/", params={"limit": 100})
                if answer.status_code == httpx.codes.OK:
                    return any(post["body"] == text for post in answer.json()["results"])
            time.sleep(0.2)
        raise RuntimeError("the web process did not come back")


AGAIN = (409, 502, 503)  # still running, or no answer yet


def _post(client: httpx.Client, body: dict[str, object], key: str) -> httpx.Response | None:
    try:
        return client.post("/api/v1/posts/", json=body, headers={"Idempotency-Key": key})
    except httpx.TransportError:
        return None
