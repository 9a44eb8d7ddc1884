"""Finishes a generated app: deletes what was not chosen, makes .env, says the next steps.

Runs in the new folder, also in the scratch folders of `cruft diff` and `cruft update`: no network,
no shell, nothing that a second run would spoil. The output is ASCII, since any other character
stops the generation on a console that cannot print it.
"""

import contextlib
import json
import os
import runpy
import shutil
import tempfile
from pathlib import Path
from typing import Any

# Cookiecutter puts Python literals in place of the braces before this runs; ruff sees the braces.
answers = json.loads({{cookiecutter | jsonify | pprint}})  # noqa: F821
chosen = json.loads({{cookiecutter.__providers | declarations | jsonify | pprint}})  # noqa: F821
# Every option that exists, by question, and what stands in the app for each of them.
OPTIONS = {
    "providers": (
        {{"all" | check_providers | pprint}},  # noqa: F821
        (
            "app/signin/providers/{}.py",
            "app/signin/static/marks/{}.svg",
            "app/signin/static/marks/practice-{}.svg",
            "app/signin/dev/practice_{}.py",
            "app/signin/dev/register_{}.py",
            "docs/providers/{}.md",
            "tests/providers/test_{}.py",
            "tests/providers/recorded/{}.json",
        ),
    ),
    "features": (
        {{"all" | check_features | pprint}},  # noqa: F821
        ("app/{}", "docs/{}", "tests/{}"),
    ),
}
# Folders of such files alone.
FOLDERS = ("docs/providers", "tests/providers/recorded")
# With more providers than this, the message names one, and where the others are.
MANY = 5


def delete_unchosen() -> None:
    """Remove the files of every option that was not chosen, and folders that are empty by then."""
    for question, (every, patterns) in OPTIONS.items():
        for name in set(every.split(",")) - set(answers[f"__{question}"].split(",")):
            for pattern in patterns:
                path = Path(pattern.format(name))
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
    for folder in FOLDERS:
        with contextlib.suppress(OSError):  # not empty, or not there
            Path(folder).rmdir()


def delete_unused_database() -> None:
    """Remove the database of the dev container from an app that needs none."""
    if answers["__database"] == "sqlite":
        Path(".devcontainer/compose.yaml").unlink()


def credit_marks() -> None:
    """Add what each mark says of itself, its origin and its owner's rules, to one file."""
    marks = Path("app/signin/static/marks")
    credits_ = ["", "## The marks of this app", ""]
    for file in sorted(marks.glob("*.svg")):
        said = file.read_text(encoding="utf-8").partition("-->")[0].removeprefix("<!--")
        credits_.append(f"- `{file.name}`: {' '.join(said.split())}")
    with (marks / "CREDITS.md").open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(credits_) + "\n")


def registration(provider: dict[str, Any]) -> list[str]:
    """What to do at a provider, and with what it gives."""
    where = f"at {provider['console_url']}" if provider["console_url"] else "there"
    url = provider["public_url"]
    *first, last = [setting["name"] for setting in provider["needed"]]
    return [
        "",
        f"{provider['label']}: register an app {where}",
        *([f"  {provider['console_hint']}"] if provider["console_hint"] else []),
        f"  callback URL: {provider['callback_url']}",
        *([f"  no localhost there: PUBLIC_URL={url} in .env"] if url else []),
        f"  then in .env: {' and '.join(filter(None, [', '.join(first), last]))}",
    ]


def next_steps() -> str:
    """The closing message; how to start comes last, where it is still on the screen."""
    slug = answers["project_slug"]
    name = answers["__project_name"]
    many = len(chosen) > MANY
    providers = len(chosen) if many else answers["__providers"]
    lines = [
        "",
        f"{name if name.isascii() else slug} is ready in {slug}/, with a fresh secret key in .env",
        f"  providers: {providers}   features: {answers['__features']}   "
        f"database: {answers['__database']}   template: {answers['__version']}",
    ]
    for provider in chosen[:1] if many else chosen:
        lines += registration(provider)
    if many:
        lines += ["", f"{len(chosen) - 1} more: docs/providers/ says of each what to do there"]
    if answers["__database"] == "postgresql":
        create = f"createdb -h localhost -U postgres {slug}"
        lines += ["", f"Make its database first: {create}", "  or set DATABASE_URL in .env"]
    lines += [
        "",
        "Start it (the practice provider needs no credentials):",
        f"  cd {slug}",
        "  make run",
        "Without make: python3 scripts/setup.py, then .venv/bin/flask run --debug",
        r"(Windows: py scripts\setup.py, then .venv\Scripts\flask run --debug)",
        "Then open http://localhost:8000",
    ]
    return "\n".join(lines)


def for_comparison() -> bool:
    """Whether this is a scratch folder, in which cruft compares two versions of the template."""
    by_cruft = "_output_dir" not in answers
    return by_cruft and Path(tempfile.gettempdir()).resolve() in Path.cwd().resolve().parents


delete_unchosen()
delete_unused_database()
credit_marks()
with contextlib.redirect_stdout(None):
    runpy.run_path("scripts/make_env.py", run_name="__main__")
if not for_comparison():
    message = f"{next_steps()}\n".encode("ascii", "backslashreplace")
    with contextlib.suppress(OSError):  # nobody listens: no reason to undo the generation
        os.write(1, message)
