"""The documentation is true: links lead somewhere, names exist, the tutorial works as printed."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import catalogue
import pytest
from clean_copy import ROOT

import local_extensions

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(TEMPLATE.glob("*.md")),
    *sorted((TEMPLATE / "docs").rglob("*.md")),
]
CODE = re.compile(r"```.*?```", re.DOTALL)
NAMED = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)|\[([^\]\n]+)\]\[([\w-]+)\]")
TARGETS = re.compile(r"^\[([\w-]+)\]: (\S+)$", re.MULTILINE)
STEP = re.compile(r"<!-- (file|insert|run|shell):? ?(.*?) ?-->\n```\w+\n(.*?)```", re.DOTALL)


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the words and the target of each link of a page, but for those in code."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    targets = dict(TARGETS.findall(text))
    for words, target, other_words, label in NAMED.findall(text):
        yield words or other_words, target or targets[label]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_what_they_name(page: Path):
    for words, target in links(page):
        if re.match(r"https?:|#", target):
            continue
        file = page.parent / unquote(target).split("#")[0]
        assert file.exists(), f"{words}: {target}"
        name = re.fullmatch(r"`(\w+(?:\.\w+)*)`", words)
        if name and file.suffix == ".py" and not name[1].endswith(".py"):
            source = file.read_text(encoding="utf-8")
            for part in name[1].split("."):
                assert re.search(rf"^\s*(def|class) {part}\b|^{part}\b.* = ", source, re.M), (
                    f"{part} is not in {target}"
                )


def test_every_setting_is_in_the_table(generate, inside):
    app = generate()
    pages = [app / "README.md", *(app / "docs").glob("*.md")]
    rows = re.findall(r"^\|[^|]*\|", "".join(page.read_text() for page in pages), re.MULTILINE)
    listed = set(re.findall(r"`([A-Z_<>]+)`", "".join(rows)))
    rows_of_config = "[row.name.upper() for row in settings.ROWS]"
    read = set(inside(app, "from app.signin.config import settings", rows_of_config))
    assert len(read) > 15
    assert read <= listed


def test_the_page_of_providers_names_each():
    """The question of the providers, and the refusal of a wrong answer, send people there."""
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    names = local_extensions.check_providers("all").split(",")
    assert [name for name in names if f"`{name}`" not in page] == []


def test_your_first_page_works_as_printed(generate, tool):
    app = generate()
    page = (app / "docs" / "your-first-page.md").read_text(encoding="utf-8")
    steps = STEP.findall(page)
    assert [kind for kind, *_ in steps].count("file") == 5
    for kind, where, text in steps:
        if kind == "file":
            (app / where).parent.mkdir(parents=True, exist_ok=True)
            (app / where).write_text(text, encoding="utf-8")
        elif kind == "insert":
            name, after = re.fullmatch(r'(\S+) after "(.*)"', where).groups()
            after = ast.literal_eval(f'"{after}"')
            source = (app / name).read_text(encoding="utf-8")
            assert source.count(after) == 1
            (app / name).write_text(source.replace(after, after + text), encoding="utf-8")
        elif kind == "shell":
            typed = "".join(line + "\n" for line in re.findall("^>>> (.*)$", text, re.MULTILINE))
            shell = tool(app, "flask", "shell", typed=typed)
            printed = re.findall(r"^(?!>>> |\.venv)(.+)$", text, re.MULTILINE)
            answers = shell.stdout.replace(">>> ", "").splitlines()
            assert [line for line in answers if line.startswith("[")] == printed
            assert "Error" not in shell.stderr
        elif "flask db" in text:
            tool(app, "flask", "db", "upgrade")  # what `make setup` has done
            commands = re.findall(r"^\.venv/bin/(flask db .*)$", text, re.MULTILINE)
            assert len(commands) == 2
            for command in commands:
                tool(app, *shlex.split(command))
    tool(app, "ruff", "format", ".")
    tool(app, "ruff", "check", ".")
    tool(app, "mypy")
    tool(app, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_books.py", "tests/test_db.py")


def test_the_table_of_providers_is_not_stale():
    written = catalogue.PAGE.read_text(encoding="utf-8")
    assert written == catalogue.page(), "run: make catalogue"
    known = catalogue.KNOWN.read_text(encoding="utf-8")
    assert known == catalogue.known(), "run: make catalogue"
