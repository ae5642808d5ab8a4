"""The chat page: plain HTML where a person types as a member of a room and sees everything."""

from html import escape
from urllib.parse import quote

from groupops.messaging.fake_platform.platform import Room

SHOWN = 200  # the newest messages

STYLE = b"""
:root { color-scheme: light dark; font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; }
h1 { font-size: 1.2rem; margin: 0 0 .5rem; }
a { color: inherit; }
ol { list-style: none; padding: 0; margin: 1rem 0; }
li { margin: .5rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
li b { margin-right: .5rem; }
li time, .quiet { opacity: .75; font-size: .85rem; }
form { display: flex; gap: .5rem; flex-wrap: wrap; position: sticky; bottom: 0; padding: .5rem 0; background: Canvas; }
textarea { flex: 1 1 16rem; min-height: 3rem; }
textarea, select, button { font: inherit; padding: .4rem .6rem; }
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


def chat(room: Room, as_user: str) -> str:
    """A room: its newest messages, and a box to type in as one of its members."""
    speaker = as_user if as_user in room.members else next(iter(room.members), "")
    lines = "".join(_line(room, message) for message in room.messages[-SHOWN:])
    options = "".join(
        f'<option value="{escape(user)}"{" selected" if user == speaker else ""}>{escape(name)}</option>'
        for user, name in room.members.items()
    )
    box = (
        f'<form method="post" action="/rooms/{quote(room.id, safe="")}"><select name="as" aria-label="以谁的身份说话">{options}</select>'
        '<textarea name="text" aria-label="消息" required autofocus></textarea><button>发送</button></form>'
    )
    size = f'<span class="quiet">{len(room.members)} 人</span>'
    return _frame(room.name, f'<p><a href="/">← 全部群</a></p><h1>{escape(room.name)} {size}</h1><ol id="log">{lines}</ol>{box}')


def _line(room: Room, message: dict[str, str]) -> str:
    name = room.members.get(message["user"], message["user"])
    clock = message["at"][11:19]
    return f'<li><b>{escape(name)}</b><time datetime="{escape(message["at"])}">{clock} UTC</time>\n{escape(message["text"])}</li>'
