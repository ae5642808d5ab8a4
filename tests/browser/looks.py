"""What every page must keep on every screen: no axe violation, no sideways scroll, no missing icon."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
MISSING_ICONS = """async () => {
    const used = [...document.querySelectorAll("svg use")].map((use) => use.getAttribute("href").split("#"));
    const sprites = {};
    for (const [file] of used) sprites[file] ??= await (await fetch(file)).text();
    return used.filter(([file, name]) => !sprites[file].includes(`id="${name}"`)).map(([, name]) => name);
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 160))"""


def check(page: Page, *, ignore: str | None = None) -> None:
    """Assert the floors of a page as it stands. `ignore` is a CSS selector of foreign markup (a calendar's own)."""
    findings = {
        "axe": violations(page, ignore=ignore),
        "wider than the screen": page.evaluate(TOO_WIDE),
        "missing icons": page.evaluate(MISSING_ICONS),
    }
    assert not any(findings.values()), f"{page.url}: {findings}"


def check_everywhere(page: Page, *, ignore: str | None = None) -> None:
    """The same on a phone and on a desk, light and dark. Reloads the page between and leaves it on the desk."""
    for size in (PHONE, DESK):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.reload()
            page.wait_for_load_state("networkidle")
            check(page, ignore=ignore)


def violations(page: Page, *, ignore: str | None = None) -> list[str]:
    """axe's findings by WCAG 2.2 AA, one line each. Injected through the debugger: the policy stays in force."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "([tags, ignore]) => axe.run(ignore ? {exclude: [ignore]} : document, {runOnly: tags})", [STANDARDS, ignore]
    )
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found["violations"] for node in rule["nodes"]]


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
