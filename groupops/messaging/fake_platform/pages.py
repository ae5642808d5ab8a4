"""The chat page: plain HTML where a person acts as a member of a room and sees everything that happens there."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from groupops.messaging.fake_platform.rooms import FOR_EVER, Room

SHOWN = 200  # the newest lines
REFUSED = {
    "muted": "被禁言了，现在不能说话。",
    "banned": "已被移出并拉黑，不能再进群。",
    "forbidden": "不在群里，不能说话。",
    "rejected": "这段文字发不出去：太长，或者是空的。",
    "no_such_room": "这个群已经解散。",
}

STYLE = b"""
:root { color-scheme: light dark; font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; }
h1 { font-size: 1.2rem; margin: 0 0 .5rem; }
a { color: inherit; }
ol { list-style: none; padding: 0; margin: 1rem 0; }
li { margin: .5rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
li b { margin-right: .5rem; }
li time, .quiet { opacity: .75; font-size: .85rem; }
form { display: flex; gap: .5rem; flex-wrap: wrap; padding: .5rem 0; }
form.say { position: sticky; bottom: 0; background: Canvas; }
textarea { flex: 1 1 16rem; min-height: 3rem; }
textarea, select, input, button { font: inherit; padding: .4rem .6rem; min-height: 2.75rem; box-sizing: border-box; }
.board { border-inline-start: .25rem solid; padding-inline-start: .75rem; margin: .5rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.fact { text-align: center; }
"""
SCRIPT = b"""
const log = document.querySelector("#log");
const refresh = async () => {
  try {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#log");
    if (fresh && fresh.textContent !== log.textContent) log.replaceChildren(...fresh.childNodes);
  } catch { /* the platform is away; look again */ }
  setTimeout(refresh, 1500);
};
if (log) setTimeout(refresh, 1500);
document.querySelector("textarea")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); event.target.form.requestSubmit(); }
});
"""
STATIC = {"chat.css": (STYLE, "text/css; charset=utf-8"), "chat.js": (SCRIPT, "text/javascript; charset=utf-8")}


def _frame(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    links = '<link rel="stylesheet" href="/chat.css"><script src="/chat.js" defer></script>'
    return f'<!doctype html><html lang="zh-Hans"><head>{head}{links}</head><body><main>{body}</main></body></html>'


def lobby(rooms: list[Room]) -> str:
    """Every room, with its size."""
    rows = "".join(
        f'<li><a href="/rooms/{quote(room.id, safe="")}">{escape(room.name)}</a> <span class="quiet">{len(room.members)} 人</span></li>'
        for room in rooms
    )
    return _frame(
        "聊天平台(假)",
        f"<h1>聊天平台(假)</h1><p class='quiet'>演示用:在这里以任意成员的身份说话。</p><ol>{rows or '<li>还没有群。</li>'}</ol>",
    )


def chat(room: Room, as_user: str, *, at: datetime, refused: str = "") -> str:
    """A room: its announcement, what happened, and boxes to act in as one of its members. `refused`: a code of REFUSED."""
    speaker = as_user if as_user in room.members else next(iter(room.members), "")
    lines = "".join(_line(room, row, speaker) for row in room.log[-SHOWN:])
    board = f'<p class="board"><b>群公告</b>\n{escape(room.announcement["text"])}</p>' if room.announcement else ""
    why = f'<p role="alert">{REFUSED[refused]}</p>' if refused in REFUSED else ""
    size = f'<span class="quiet">{"已解散" if room.dissolved else f"{len(room.members)} 人"}</span>'
    head = f'<p><a href="/">← 全部群</a></p><h1>{escape(room.name)} {size}</h1>{board}'
    return _frame(room.name, f'{head}<ol id="log">{lines}</ol>{why}{"" if room.dissolved else _boxes(room, speaker, at)}')


def _boxes(room: Room, speaker: str, at: datetime) -> str:
    address = f'method="post" action="/rooms/{quote(room.id, safe="")}"'
    options = "".join(
        f'<option value="{escape(user)}"{" selected" if user == speaker else ""}>{escape(name)}{_mute(room, user, at)}</option>'
        for user, name in room.members.items()
    )
    people = f'<select name="as" aria-label="以谁的身份说话">{options}</select>'
    name = '<input name="text" aria-label="新成员的名字" maxlength="60" required>'
    come = f'<form {address}>{name}<button name="do" value="join">进群</button></form>'
    go = f'<form {address}><input type="hidden" name="as" value="{escape(speaker)}"><button name="do" value="leave">退群</button></form>'
    text = '<textarea name="text" aria-label="消息" required autofocus></textarea><button>发送</button>'
    return f'<form class="say" {address}>{people}{text}</form><details><summary>进群、退群</summary>{come}{go if speaker else ""}</details>'


def _mute(room: Room, user: str, at: datetime) -> str:
    until = room.muted_until(user, at)
    if until is None:
        return ""
    return "(禁言中)" if until == FOR_EVER else f"(禁言至 {_end(until, at)})"


def _line(room: Room, row: dict[str, Any], reader: str) -> str:
    """A line of the log; empty for what is nothing to see."""
    if row["type"] == "message":
        pinned = ' <span class="quiet">置顶</span>' if row["id"] in room.pinned else ""
        if row["id"] in room.recalled:
            return _fact(row, f"{_name(room, row['user'])}的一条消息已被撤回")
        return _words(room, row, pinned)
    if row["type"] == "whisper":
        return _words(room, row, f' <span class="quiet">私信 {_name(room, row["to"])}</span>') if reader in (row["user"], row["to"]) else ""
    fact = FACTS.get(row["type"])
    return _fact(row, fact(room, row)) if fact else ""


def _words(room: Room, row: dict[str, Any], mark: str) -> str:
    when = f'<time datetime="{escape(row["at"])}">{_clock(row["at"])}</time>'
    return f"<li><b>{_name(room, row['user'])}</b>{when}{mark}\n{escape(row['text'])}</li>"


def _fact(row: dict[str, Any], text: str) -> str:
    return f'<li class="fact quiet"><time datetime="{escape(row["at"])}">{_clock(row["at"])}</time> {text}</li>'


def _name(room: Room, user: str) -> str:
    return escape(room.names.get(user, user))


def _end(until: str, at: datetime) -> str:
    """With its date when that is not today's."""
    end = datetime.fromisoformat(until).astimezone(UTC)
    return f"{end:%H:%M} UTC" if end.date() == at.astimezone(UTC).date() else f"{end:%Y-%m-%d %H:%M} UTC"


def _clock(moment: str) -> str:
    return f"{moment[11:16]} UTC"


def _left(room: Room, row: dict[str, Any]) -> str:
    by, user = row.get("by", ""), row["user"]
    return f"{_name(room, user)}退出了群" if by in ("", user) else f"{_name(room, user)}被{_name(room, by)}移出了群"


def _muted(room: Room, row: dict[str, Any]) -> str:
    end = "" if row["until"] == FOR_EVER else f"至 {_end(row['until'], datetime.fromisoformat(row['at']))}"
    return f"{_name(room, row['user'])}被{_name(room, row['by'])}禁言{end}"


FACTS: dict[str, Callable[[Room, dict[str, Any]], str]] = {
    "joined": lambda room, row: f"{_name(room, row['user'])}进了群",
    "left": _left,
    "banned": lambda room, row: f"{_name(room, row['user'])}被{_name(room, row['by'])}移出并拉黑",
    "unbanned": lambda room, row: f"{_name(room, row['user'])}已移出黑名单",
    "muted": _muted,
    "unmuted": lambda room, row: f"{_name(room, row['user'])}的禁言已解除",
    "announced": lambda room, row: f"{_name(room, row['user'])}发布了群公告",
    "renamed": lambda room, row: f"群名改为“{escape(row['name'])}”",
    "dissolved": lambda room, row: "群已解散",
}
