"""The looks of a page, and what is wrong in each: by Chromium, and by axe."""

from typing import Any, Literal

from harness.node_servers import NODE
from playwright.sync_api import Page

AXE = NODE / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"phone": (320, 640), "desk": (1280, 800)}
SETTLED = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => Promise.all(document.getAnimations().map(animation => animation.finished)))
  .then(() => null)"""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Each size and each theme once: no style depends on both.
LOOKS = tuple(zip(SIZES, reversed(THEMES), strict=True))


def problems_in_each_look(page: Page, complaints: list[str]) -> dict[str, Any]:
    """Return what is wrong with the page that is open, on a dark phone and on a light desk."""
    found = {}
    for size, theme in LOOKS:
        take_look(page, size, theme)
        if wrong := problems(page, complaints):
            found[f"{size}, {theme}"] = wrong
    return found


def take_look(page: Page, size: str, theme: Literal["light", "dark"]) -> None:
    """Show the page so, and wait until its colors have changed."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    page.evaluate(SETTLED)


def problems(page: Page, complaints: list[str]) -> dict[str, Any]:
    """Return what is wrong with the page that is open, as it looks now."""
    assert AXE.is_file(), "run `npm ci` in tests/node: axe-core is not installed"
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    found = {
        "too wide by": wide,
        "axe": [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ],
        # A page that answers 404 is one that the browser "failed to load".
        "console": [text for text in complaints if "Failed to load resource" not in text],
    }
    complaints.clear()
    return {what: value for what, value in found.items() if value}
