"""Writes the marks of the sign-in buttons, for all providers or for those that are named.

Most are Simple Icons, whose version scripts/marks/package-lock.json locks.  marks.json says which
marks are `kept` as they are, being drawn by hand; which `icons` have another name than their
provider (none: the icon of that name is somebody else's); and which licences are `free` enough to
be carried.  A provider without an icon gets its initial in a ring.
"""

import importlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "{{cookiecutter.project_slug}}"
MARKS = APP / "app" / "signin" / "static" / "marks"
ICONS = ROOT / "scripts" / "marks" / "node_modules" / "simple-icons"
CHOICES: dict[str, Any] = json.loads((ROOT / "scripts" / "marks.json").read_text(encoding="utf-8"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"'
# WCAG 2.2, 1.4.11: what a picture needs beside its background.
ENOUGH = 3
RING = "M23 12a11 11 0 1 1-22 0 11 11 0 0 1 22 0z"
# The lines of each letter and digit, 10 high.
LETTERS = {
    "A": "M8 17 12 7l4 10M9.4 13.5h5.2",
    "B": "M9 7v10h3.5a2.6 2.6 0 0 0 0-5.2H9h3a2.4 2.4 0 0 0 0-4.8z",
    "C": "M16 8.8a5 5 0 1 0 0 6.4",
    "D": "M9 7v10h2a5 5 0 0 0 0-10z",
    "E": "M15 7H9v10h6M9 12h5",
    "F": "M15 7H9v10M9 12h5",
    "G": "M16 8.8a5 5 0 1 0 1 3.6h-4",
    "H": "M8.5 7v10M15.5 7v10M8.5 12h7",
    "I": "M12 7v10",
    "J": "M14.5 7v7a3 3 0 0 1-6 0",
    "K": "M9 7v10M15.5 7 9 13l2.3-2 4.2 6",
    "L": "M9.5 7v10H15",
    "M": "M7.5 17V7l4.5 7 4.5-7v10",
    "N": "M8.5 17V7l7 10V7",
    "O": "M17 12a5 5 0 1 1-10 0 5 5 0 0 1 10 0z",
    "P": "M9.5 17V7h3a2.8 2.8 0 0 1 0 5.6h-3",
    "Q": "M17 12a5 5 0 1 1-10 0 5 5 0 0 1 10 0zM14 14l3 3",
    "R": "M9 17V7h3.2a2.7 2.7 0 0 1 0 5.4H9h3l3.5 4.6",
    "S": "M15 8.4C14 6.6 9.2 6.5 9.2 9.5c0 3.2 6 1.8 6 5 0 3-5.2 3.2-6.4.8",
    "T": "M8 7h8M12 7v10",
    "U": "M8.5 7v6.5a3.5 3.5 0 0 0 7 0V7",
    "V": "M8 7l4 10 4-10",
    "W": "M6.5 7l2.7 10L12 8l2.8 9 2.7-10",
    "X": "M8.5 7l7 10M15.5 7l-7 10",
    "Y": "M8 7l4 5.5L16 7M12 12.5V17",
    "Z": "M8.5 7h7l-7 10h7",
    "0": "M15.5 12c0 7-7 7-7 0s7-7 7 0z",
    "1": "M9.5 9 12 7v10",
    "2": "M9 9c.5-3 6-3 6 .3 0 2.4-4.2 4.4-6 7.7h6.2",
    "3": "M9 7h6l-3.5 4c5 0 5 6 .5 6-1.5 0-2.6-.7-3-2",
    "4": "M14 17V7l-6 7h8.5",
    "5": "M15 7H9.500v4c6-1 7 6 2 6-1.5 0-2.5-.7-3-1.7",
    "6": "M14 7c-4 2-5.5 5-5 7.5.8 3.5 6.5 3 6.5-.500s-5-4-6.5-.7",
    "7": "M8.5 7h7l-5 10",
    "8": "M12 12a2.5 2.5 0 1 1 0-5 2.5 2.5 0 0 1 0 5 2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
    "9": "M10 17c4-2 5.5-5 5-7.500C14.2 6 8.5 6.5 8.5 10s5 4 6.5.7",
}


def main(names: Iterable[str]) -> None:
    """Write the marks of these providers, or of all."""
    if not ICONS.is_dir():
        sys.exit("The icons are missing: npm ci --prefix scripts/marks --ignore-scripts")
    for name, text in drawn(set(names)).items():
        (MARKS / f"{name}.svg").write_text(text, encoding="utf-8")


def drawn(names: set[str]) -> dict[str, str]:
    """The mark of each of these providers, or of all, except those that are kept."""
    sys.path.insert(0, str(APP))
    providers = importlib.import_module("app.signin.providers")

    declared = {provider.name: provider for provider in providers.load()}
    if unknown := names - declared.keys():
        sys.exit(f"There is no provider {', '.join(sorted(unknown))}.")
    icons = read_icons()
    return {
        name: mark(provider, icons.get(CHOICES["icons"].get(name, name)))
        for name, provider in declared.items()
        if (not names or name in names) and name not in CHOICES["kept"]
    }


def read_icons() -> dict[str, dict[str, Any]]:
    """What the set says of its icons that are free, by the names of their files."""
    entries = json.loads((ICONS / "data" / "simple-icons.json").read_text(encoding="utf-8"))
    free = [one for one in entries if licence(one) in CHOICES["free"]]
    return {one.get("slug") or slug(one["title"]): one for one in free}


def slug(title: str) -> str:
    """The name of an icon's file, where the data does not say it."""
    words = title.lower().replace("+", "plus").replace(".", "dot").replace("&", "and")
    return re.sub("[^a-z0-9]", "", words)


def licence(icon: dict[str, Any]) -> str:
    """That of the drawing; the set's own is CC0."""
    return str(icon.get("license", {"type": "CC0-1.0"})["type"])


def mark(provider: Any, icon: dict[str, Any] | None) -> str:
    """The file of a provider's mark: the icon in a colour that is seen, or the initial."""
    colors = provider.colors
    mine = [color for color in (colors.border, colors.background, colors.text) if color]
    if icon is None:
        letter = LETTERS[provider.label.upper()[0]]
        return (
            f"<!-- The initial of {provider.label}, drawn for this app; same licence as the app.\n"
            "     Rules: none, since it is no mark of theirs. -->\n"
            f'{SVG} fill="none" stroke="{visible(provider, mine)}" stroke-linecap="round"'
            f' stroke-linejoin="round"><path stroke-width="1.5" d="{RING}"/>'
            f'<path stroke-width="2" d="{letter}"/></svg>\n'
        )
    drawing = (ICONS / "icons" / f"{icon.get('slug') or slug(icon['title'])}.svg").read_text(
        "utf-8"
    )
    (path,) = re.findall(r'<path d="([^"]+)"', drawing)
    version = json.loads((ICONS / "package.json").read_text(encoding="utf-8"))["version"]
    source, rules = (icon.get(key, "").replace("--", "%2D%2D") for key in ("source", "guidelines"))
    theirs = "" if "license" not in icon else f"\n     It is after {source}, {licence(icon)}."
    return (
        f"<!-- The mark of {provider.label}, drawn by Simple Icons {version} "
        f"(https://simpleicons.org), CC0-1.0.{theirs}\n"
        f"     Rules: {rules or f'none known; it was seen at {source}'} -->\n"
        f'{SVG} fill="{visible(provider, ["#" + icon["hex"].lower(), *mine])}">'
        f'<path d="{path}"/></svg>\n'
    )


def visible(provider: Any, wanted: list[str]) -> str:
    """The first of the wanted colours that is seen on the button and, in lists, on white."""
    light = provider.colors
    dark = provider.dark_colors or light
    backs = ["#ffffff"]
    backs += [one.background for one in (light, dark) if not (one.mark or light.mark)]
    for color in [*wanted, "#1f1f1f"]:
        if all(contrast(color, back) >= ENOUGH for back in backs):
            return color
    return wanted[0]


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart.  Spec: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """How light a colour is.  Spec: WCAG 2.2, "relative luminance"."""
    digits = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


if __name__ == "__main__":
    main(sys.argv[1:])
