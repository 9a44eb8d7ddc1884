"""The commands in fenced blocks of the pages: which there are, and which are not run, and why."""

import re
from collections.abc import Iterator

from clean_copy import ROOT

TEMPLATE = "{{cookiecutter.project_slug}}"
PAGES = {
    str(path.relative_to(ROOT)).replace(TEMPLATE, "app"): path
    for folder in (ROOT, ROOT / "docs", ROOT / TEMPLATE, ROOT / TEMPLATE / "docs")
    for path in sorted(folder.glob("*.md" if folder.name != "docs" else "**/*.md"))
}
BLOCK = re.compile(r"^ *```(?:console|sh|bash)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
# What begins so cannot be run by a test.
NOT_RUN = {
    "docker ": "needs a container engine; test_container.py carries the Dockerfile out",
    "py ": "only Windows has it",
    ".venv\\Scripts\\": "only Windows has it",
    "make test": "it is what runs this test",
}


def sections() -> Iterator[tuple[str, str]]:
    """Yield the page and the heading of each section that has a command to run.

    What stands before the first heading has the heading "".
    """
    for page in PAGES:
        for heading in ["", *re.findall(r"^## (.+)$", text_of(page), re.MULTILINE)]:
            if any(map(commands, blocks(page, heading))):
                yield page, heading


def text_of(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


def blocks(page: str, heading: str) -> list[str]:
    """Return the blocks of commands below a heading."""
    text = text_of(page)
    section = text.split(f"\n## {heading}\n")[1] if heading else text
    return BLOCK.findall(section.split("\n## ")[0])


def commands(block: str) -> list[str]:
    """Return the commands of a block that a test can run; one of several lines is one."""
    lines = [line.strip() for line in block.replace("\\\n", " ").splitlines() if line.strip()]
    return [line for line in lines if not line.startswith(tuple(NOT_RUN))]


def all_commands() -> Iterator[tuple[str, str]]:
    """Yield each page and each line of its blocks, whether it can be run or not."""
    for page in PAGES:
        for block in BLOCK.findall(text_of(page)):
            for line in block.replace("\\\n", " ").splitlines():
                yield page, line.strip()
