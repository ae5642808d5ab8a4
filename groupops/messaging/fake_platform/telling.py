"""A fact as the event that an account is told: the JSON of docs/reference/inbound.md, the same whether it is polled or pushed."""

from typing import Any

KINDS = {
    "message": "message.created",
    "recalled": "message.deleted",
    "joined": "member.joined",
    "left": "member.left",
    "banned": "member.left",
    "muted": "member.muted",
    "renamed": "group.renamed",
    "announced": "group.announced",
    "dissolved": "group.dissolved",
}
# What an account does itself; of the others somebody else may have done it to the account, which is news.
ECHOES = {"message.created", "member.joined", "group.announced", "group.dissolved"}


def event_of(row: dict[str, Any], account: str) -> dict[str, Any] | None:
    """The event; None where there is nothing to tell."""
    kind, user, by = KINDS.get(row["type"]), row.get("user", ""), row.get("by", "")
    if kind is None or row.get("present") is False:  # somebody who was not here is kept out: nobody leaves
        return None
    removed = kind == "member.left" and user == account
    event = {
        "key": row["id"],
        "kind": "bot.removed" if removed else kind,
        "group": row["room"],
        "at": row["at"],
        "user": user,
        "user_name": row.get("name", "") if user else "",
        "operator": by if by != user else "",
        "message": {"message": row["id"], "recalled": row.get("message", "")}.get(row["type"], ""),
        "reply_to": row.get("reply_to", ""),
        "text": row["name"] if row["type"] == "renamed" else row.get("text", ""),
        "how": "" if kind != "member.left" else "left" if by in ("", user) else "kicked",
    }
    own = user == account and kind in ECHOES
    return {name: value for name, value in event.items() if value} | ({"own": True} if own else {})
