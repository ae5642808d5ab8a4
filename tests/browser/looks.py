"""What every page must keep on every screen: no axe violation, no sideways scroll, no missing icon."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
SCREENS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = ((PHONE, "light"), (DESK, "dark"))
MISSING_ICONS = """async () => {
    const used = [...document.querySelectorAll("svg use")].map((use) => use.getAttribute("href").split("#"));
    const sprites = {};
    for (const [file] of used) sprites[file] ??= await (await fetch(file)).text();
    return used.filter(([file, name]) => !sprites[file].includes(`id="${name}"`)).map(([, name]) => name);
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 160))"""


def findings(page: Page, *, ignore: str | None = None) -> list[str]:
    """What is wrong with a page as it stands, one line each. `ignore` is a CSS selector of foreign markup (a calendar's own)."""
    wide, icons = page.evaluate(TOO_WIDE), page.evaluate(MISSING_ICONS)
    return [
        *(f"axe: {violation}" for violation in violations(page, ignore=ignore)),
        *(f"wider than the screen: {element}" for element in wide),
        *(f"missing icon: {name}" for name in icons),
    ]


def check(page: Page, *, ignore: str | None = None) -> None:
    """Assert the floors of a page as it stands."""
    found = findings(page, ignore=ignore)
    assert not found, f"{page.url}:\n" + "\n".join(found)


def check_everywhere(page: Page, *, ignore: str | None = None) -> None:
    """The same on a phone in the light and on a desk in the dark. Loads the page anew for each and leaves it on the desk."""
    for size, scheme in SCREENS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.reload()
        page.wait_for_load_state("networkidle")
        check(page, ignore=ignore)


def violations(page: Page, *, ignore: str | None = None) -> list[str]:
    """axe's findings by WCAG 2.2 AA, one line each. Injected through the debugger: the policy stays in force."""
    if not page.evaluate("Boolean(window.axe)"):  # it stays for as long as the document does
        page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "([tags, ignore]) => axe.run(ignore ? {exclude: [ignore]} : document, {runOnly: tags})", [STANDARDS, ignore]
    )
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found["violations"] for node in rule["nodes"]]


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
