"""Finishes a generated app: deletes what was not chosen, makes .env, says the next steps.

Runs in the new folder, also in the scratch folders of `cruft diff` and `cruft update`: no network,
no shell, nothing that a second run would spoil. The output is ASCII, since any other character
stops the generation on a console that cannot print it.
"""

import ast
import contextlib
import json
import os
import runpy
import shutil
import tempfile
from pathlib import Path

answers = json.loads({{cookiecutter | jsonify | pprint}})  # noqa: F821
# Every option that exists, by question, and what stands in the app for each of them.
OPTIONS = {
    "providers": (
        {{"all" | check_providers | pprint}},  # noqa: F821
        ("app/providers/{}.py", "tests/providers/test_{}.py", "app/static/providers/{}.svg"),
    ),
    "features": (
        {{"all" | check_features | pprint}},  # noqa: F821
        ("app/{}", "tests/{}"),
    ),
}


def delete_unchosen() -> None:
    """Remove the files of every option that was not chosen."""
    for question, (every, patterns) in OPTIONS.items():
        for name in set(every.split(",")) - set(answers[f"__{question}"].split(",")):
            for pattern in patterns:
                path = Path(pattern.format(name))
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)


def declaration(provider: str) -> dict[str, str]:
    """The texts of a provider's declaration, read without importing the app."""
    tree = ast.parse(Path(f"app/providers/{provider}.py").read_text(encoding="utf-8"))
    texts = {"label": provider, "console_url": "", "console_hint": ""}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            for keyword in call.keywords if call.func.id == "Provider" else ():
                if keyword.arg in texts and isinstance(keyword.value, ast.Constant):
                    texts[keyword.arg] = str(keyword.value.value)
    return texts


def next_steps() -> str:
    """The closing message."""
    slug, providers = answers["project_slug"], answers["__providers"]
    lines = [
        "",
        f"{answers['__project_name']} is ready in {slug}/, with a fresh secret key in .env",
        f"  providers: {providers}   features: {answers['__features']}   "
        f"database: {answers['__database']}   template: {answers['__version']}",
        "",
        "Start it (the practice provider needs no credentials):",
        f"  cd {slug}",
        "  make run",
        "Without make: python scripts/setup.py, then .venv/bin/flask run --debug",
        r"(Windows: py scripts\setup.py, then .venv\Scripts\flask run --debug)",
        "Then open http://localhost:8000",
    ]
    if answers["__database"] == "postgresql":
        lines += ["", f"It needs a PostgreSQL database {slug}: see DATABASE_URL in .env."]
    for name in providers.split(",") if providers != "none" else ():
        texts, prefix = declaration(name), name.upper()
        lines += [
            "",
            f"{texts['label']}: register an app at {texts['console_url']}",
            *([f"  {texts['console_hint']}"] if texts["console_hint"] else []),
            f"  callback URL: http://localhost:8000/callback/{name}",
            f"  then in .env: {prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET",
        ]
    return "\n".join(lines)


def for_comparison() -> bool:
    """Whether this is a scratch folder, in which cruft compares two versions of the template."""
    by_cruft = "_output_dir" not in answers
    return by_cruft and Path(tempfile.gettempdir()).resolve() in Path.cwd().resolve().parents


delete_unchosen()
with contextlib.redirect_stdout(None):
    runpy.run_path("scripts/make_env.py", run_name="__main__")
if not for_comparison():
    message = f"{next_steps()}\n".encode("ascii", "backslashreplace")
    with contextlib.suppress(OSError):  # nobody listens: no reason to undo the generation
        os.write(1, message)
