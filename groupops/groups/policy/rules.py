"""群规: one text from the base template and a kind's extension, the group's name filled in, versions compared."""

from difflib import SequenceMatcher

GROUP_MARK = "{{group}}"  # our own placeholder, replaced as plain text; never a Django template


def compose(base: str, extension: str) -> str:
    """The rules of a group: the base text, and below it what its kind adds."""
    return "\n\n".join(part.strip() for part in (base, extension) if part.strip())


def filled(text: str, group_name: str) -> str:
    """The rules as members read them. The stored text keeps the placeholder, so that a renamed group keeps true rules."""
    return text.replace(GROUP_MARK, group_name)


def line_diff(old: str, new: str) -> list[tuple[str, str]]:
    """The lines of two versions as (mark, line): " " in both, "-" only in the old, "+" only in the new."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [(" ", line) for line in before[i1:i2]]
        else:
            lines += [("-", line) for line in before[i1:i2]]
            lines += [("+", line) for line in after[j1:j2]]
    return lines
