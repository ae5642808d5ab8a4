"""A bridge in one file, of Python's standard library only: it connects this terminal, as if it were a chat, to GroupOps.

    BRIDGE_SECRET=... DOOR=https://groupops.example/in/.../ DOOR_SECRET=... python3 bridge.py 8097 bridge.json

Type "wang: hello" and wang says it; "+li" lets li in, "-li" and li leaves, "-li wang" and wang removes li.
What GroupOps must rely on is in bridge.json before anything is answered: which keys were done, and which events it has not taken yet.
"""

import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

SECRET, DOOR, DOOR_SECRET = (os.environ.get(name, "") for name in ("BRIDGE_SECRET", "DOOR", "DOOR_SECRET"))
FILE, LOCK = Path(sys.argv[2]), threading.RLock()
NEW = {"members": {"groupops": "GroupOps", "wang": "王芳"}, "messages": {}, "muted": {}, "done": {}, "events": []}
CHAT = json.loads(FILE.read_text("utf-8")) if FILE.exists() else NEW
ROOM, PLAIN = "terminal", {"level": "native"}
CAPABILITIES = {
    "version": 1,
    "account": "groupops",
    "dedupe": True,
    "operations": {
        "send_group": PLAIN | {"max_chars": 2000},
        "mute": PLAIN | {"timed": True},
        **dict.fromkeys(("delete_message", "unmute", "kick", "list_members"), PLAIN),
    },
}


# --- signatures: the same both ways ------------------------------------------------------------------------------------------
def digest(secret: str, stamp: str, signed: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), stamp.encode() + b"." + signed, hashlib.sha256).hexdigest()


def is_signed(headers, signed: bytes) -> bool:
    stamp, given = headers.get("X-GroupOps-Timestamp", ""), headers.get("X-GroupOps-Signature", "")
    fresh = stamp.isdecimal() and len(stamp) < 12 and abs(time.time() - int(stamp)) <= 300
    return bool(SECRET and fresh and hmac.compare_digest(digest(SECRET, stamp, signed).encode(), given.encode()))


# --- the chat ----------------------------------------------------------------------------------------------------------------
def save() -> None:
    new = FILE.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(CHAT, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    new.replace(FILE)


def happened(kind: str, user: str, **more) -> None:
    event = {"key": uuid.uuid4().hex, "kind": kind, "group": ROOM, "user": user, "at": time.time()}
    CHAT["events"].append(event | {"user_name": CHAT["members"].get(user, user)} | more)


def say(user: str, text: str) -> str:
    message = uuid.uuid4().hex
    CHAT["messages"][message] = {"user": user, "text": text}
    happened("message.created", user, message=message, text=text, own=user == "groupops")
    print(f"{user}: {text}", flush=True)
    return message


def go(user: str, operator: str = "") -> None:
    happened("member.left", user, operator=operator, how="kicked" if operator else "left")
    CHAT["members"].pop(user, None)


def muted_until(user: str) -> str:
    until = CHAT["muted"].get(user, "")
    return until if until > time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) else ""


# --- what GroupOps asks for --------------------------------------------------------------------------------------------------
IS_SO = {  # whether it is so already, whoever did it
    "delete_message": lambda a: "text" not in CHAT["messages"].get(a["message"], PLAIN | {"text": ""}),
    "mute": lambda a: muted_until(a["user"]) >= (a["until"] or "for ever"),
    "unmute": lambda a: not muted_until(a["user"]),
    "kick": lambda a: a["user"] not in CHAT["members"],
}
DO = {  # what it takes; the id of what was said
    "send_group": lambda a: say("groupops", a["text"]),
    "delete_message": lambda a: CHAT["messages"][a["message"]].pop("text") and None,
    "mute": lambda a: CHAT["muted"].update({a["user"]: a["until"] or "for ever"}),
    "unmute": lambda a: CHAT["muted"].pop(a["user"], None) and None,
    "kick": lambda a: go(a["user"], "groupops"),
}


def act(a: dict) -> dict:
    if a["key"] in CHAT["done"]:  # the same intention again: the first answer again
        return CHAT["done"][a["key"]]
    if a["operation"] not in DO:
        return {"error": "not_supported"}
    if a["group"] != ROOM or (a["operation"] == "delete_message" and a["message"] not in CHAT["messages"]):
        return {"error": "invalid_target"}
    if a["operation"] in IS_SO and IS_SO[a["operation"]](a):
        return {"error": "already_done"}
    message = DO[a["operation"]](a)
    CHAT["done"][a["key"]] = {"result": "done", "ids": [message] if message else []}
    save()
    return CHAT["done"][a["key"]]


def resolve(a: dict) -> dict:
    if a["key"] in CHAT["done"]:
        return {"result": "sent", "ids": CHAT["done"][a["key"]]["ids"]}
    so = a["operation"] in IS_SO and IS_SO[a["operation"]](a)
    return {"result": "sent" if so else "not_sent"}


def order(path: str, a: dict) -> dict:
    """Only at the path that the body names: a question is no order."""
    asked = {"/act": act, "/resolve": resolve}.get(path)
    return asked(a) if asked and path == f"/{a['request']}" else {"error": "not_supported"}


def look(path: list) -> dict:
    room = {"id": ROOM, "name": "终端", "size": len(CHAT["members"])}
    members = [{"id": user, "name": name} for user, name in CHAT["members"].items()]
    found = {
        "capabilities": CAPABILITIES,
        "groups": {"groups": [room]},
        f"groups/{ROOM}": room,
        f"groups/{ROOM}/members": {"members": members},
    }
    return found.get("/".join(path), {"error": "invalid_target"})


class Bridge(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = urlsplit(self.path)
        path, group = [unquote(part) for part in asked.path.split("/")[1:]], parse_qs(asked.query).get("group", [ROOM])[0]
        self.answer(self.path.encode(), lambda: look(path) if group == ROOM else {"error": "invalid_target"})

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1024 * 1024))
        self.answer(body, lambda: order(self.path, json.loads(body)))

    def answer(self, signed: bytes, work) -> None:
        with LOCK:  # one at a time: the same key twice at once is one act
            found = work() if is_signed(self.headers, signed) else {"error": "login_required"}
        body = json.dumps(found).encode()
        self.send_response({"login_required": 401, "invalid_target": 404}.get(found.get("error"), 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Quiet: the terminal is the chat."""


# --- what GroupOps hears -----------------------------------------------------------------------------------------------------
def push() -> None:
    """In order, each until it is taken: the same key may arrive twice, and counts once."""
    while True:
        event = next(iter(CHAT["events"]), None) if DOOR else None
        if event is None:
            time.sleep(0.05)
            continue
        body, stamp = json.dumps({"events": [event]}).encode(), str(int(time.time()))
        signed = {"X-GroupOps-Timestamp": stamp, "X-GroupOps-Signature": digest(DOOR_SECRET, stamp, body)}
        try:
            urllib.request.urlopen(urllib.request.Request(DOOR, body, {"Content-Type": "application/json"} | signed), timeout=10).close()
        except OSError as error:  # also every answer that is no 2xx
            print("(GroupOps does not take it:", error, flush=True)
            time.sleep(5)
            continue
        with LOCK:
            CHAT["events"].pop(0)
            save()


def typed(line: str) -> None:
    user, _colon, text = line.partition(": ")
    if line.startswith("+"):
        CHAT["members"][line[1:]] = line[1:]
        happened("member.joined", line[1:])
    elif line.startswith("-"):
        go(*line[1:].split(" ", 1))
    elif user not in CHAT["members"] or muted_until(user):
        print("(is not here, or muted:", user, flush=True)
    else:
        say(user, text)
    save()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Bridge)
    for work in (server.serve_forever, push):
        threading.Thread(target=work, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    for line in sys.stdin:
        with LOCK:
            typed(line.strip())
    threading.Event().wait()  # without a terminal it goes on
