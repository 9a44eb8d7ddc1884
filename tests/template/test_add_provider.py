"""A provider is added to a generated app, as docs/add-a-provider.md says, word for word."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BLOCK = re.compile(
    r"<!-- (run|line|file|edit|env|declaration):? ?(.*?) ?-->\n```\w+\n(.*?)```", re.S
)
PAGE = "docs/add-a-provider.md"


def run(app: Path, tool: Callable[..., Any], command: list[str]) -> None:
    """Run a command as the page prints it: a program of the virtual environment."""
    program, *rest = command
    if program == "python":
        subprocess.run([sys.executable, *rest], cwd=app, check=True, capture_output=True)
    else:
        tool(app, *command)


def commands(text: str) -> list[list[str]]:
    """Return the command lines of a block, without the folder of the programs."""
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line.removeprefix(".venv/bin/")) for line in lines]


def replace_line(file: Path, line: str) -> None:
    """Put a line in the place of the one that begins with the same word."""
    word, source = line.split(" = ")[0], file.read_text(encoding="utf-8")
    changed, count = re.subn(rf"^{word} = .*$", line.strip(), source, flags=re.MULTILINE)
    assert count == 1
    file.write_text(changed, encoding="utf-8")


def edit(file: Path, lines: str) -> None:
    """Run lines of Python that change the recorded answers."""
    recorded = json.loads(file.read_text(encoding="utf-8"))
    exec(lines, {"recorded": recorded})  # noqa: S102 - our own documentation
    file.write_text(json.dumps(recorded), encoding="utf-8")


@pytest.fixture
def blocks(generate) -> tuple[Path, list[tuple[str, str, str]]]:
    """A generated app, and the blocks of its page."""
    app = generate()
    return app, BLOCK.findall((app / PAGE).read_text(encoding="utf-8"))


def test_the_page_works_as_printed(blocks, tool):
    app, steps = blocks
    kinds = [kind for kind, *_ in steps]
    assert kinds == ["run", "line", "file", "edit", "run", "env", "declaration"]
    for kind, where, text in steps:
        match kind:
            case "run":
                for command in commands(text):
                    run(app, tool, command)
            case "line":
                replace_line(app / where, text)
            case "file":
                (app / where).write_text(text, encoding="utf-8")
            case "edit":
                edit(app / where, text)
            case "env":
                with (app / ".env").open("a", encoding="utf-8") as file:
                    file.write(text.replace("…", "a-real-value"))
    assert re.search(r"^harbor +ready$", tool(app, "flask", "providers").stdout, re.MULTILINE)
    assert "## Register an app" in (app / "docs/providers/harbor.md").read_text(encoding="utf-8")
    tool(app, "ruff", "format", ".")
    tool(app, "ruff", "check", ".")
    tool(app, "mypy")


def test_the_declaration_with_all_functions_is_one(blocks, tool):
    app, steps = blocks
    (sample,) = (text for kind, _, text in steps if kind == "declaration")
    (app / "app/signin/providers/harbor.py").write_text(sample, encoding="utf-8")
    static = "tests/providers/test_contract.py"
    left_out = "harbor and not (recorded or mark or set_up or page)"
    tool(app, "pytest", "-q", "-p", "no:cacheprovider", static, "-k", left_out)
    tool(app, "ruff", "check", ".")
    tool(app, "mypy")
