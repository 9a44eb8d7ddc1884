"""Builds the docs as a site: the pages of this repository and of an app that it generates.

The pages stay as they are.  Sphinx reads a copy of them, in which a link to a file or a folder of
the source leads to a page that shows it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

from clean_copy import ROOT, clean_copy, generate

TEMPLATE = "{{cookiecutter.project_slug}}"
SETTINGS = ROOT / "docs" / "site"
SITE = ROOT / "build" / "docs"
# Sphinx has an environment of its own: nothing else needs its packages.
TOOLS = ROOT / "build" / "docs-tools"
APP = "my-app"
ANSWERS = ("project_name=My App", f"project_slug={APP}", "providers=popular", "features=all")
PAGES = ("*.md", "docs/*.md", "docs/swaps/*.md", f"{APP}/*.md", f"{APP}/docs/**/*.md")
PICTURES = {".png", ".svg"}
# Pygments' names of the languages of the files that a page shows.
LANGUAGES = {
    **{".py": "python", ".html": "html+jinja", ".js": "javascript", ".css": "css", ".sh": "bash"},
    **{".json": "json", ".toml": "toml", ".yml": "yaml", ".yaml": "yaml", ".patch": "diff"},
}
CODE = re.compile(r"(^ *```.*?^ *```$)", re.DOTALL | re.MULTILINE)
TARGET = re.compile(r"(?<=\]\()[^)\s]+(?=\))|(?<=\]: )\S+$", re.MULTILINE)
# Links and the search lead to the page of a provider; only links to the page of a source file.
UNLISTED = "---\norphan: true\n---\n\n"
UNSEARCHED = "---\norphan: true\nnosearch: true\n---\n\n"


def merged(folder: Path) -> Path:
    """Return a copy of this repository with a generated app in place of the template's folder.

    Files that the app has no use for, such as those of the other providers, stay in it.
    """
    source = clean_copy(folder / "source")
    (source / TEMPLATE).rename(source / APP)
    generate(folder / "generated", *ANSWERS)
    shutil.copytree(folder / "generated" / APP, source / APP, dirs_exist_ok=True)
    return source


def name_of_page(source: Path, name: Path) -> Path:
    """Return which page shows a file or a folder."""
    if (source / name / "README.md").exists():
        return name / "README.md"
    if (source / name).is_dir():
        return name / "index.md"
    return name if name.suffix in {".md", *PICTURES} else name.with_name(f"{name.name}.md")


def of_link(source: Path, page: Path, link: str) -> tuple[str, Path | None]:
    """Return a link as the site has it, and which file or folder it leads to."""
    if re.match(r"[a-z]+:|#", link):
        return link, None
    path, *anchor = unquote(link).replace(TEMPLATE, APP).split("#")
    name = (source / page.parent / path).resolve().relative_to(source)
    target = Path(os.path.relpath(name_of_page(source, name), page.parent))
    return "#".join([target.as_posix(), *anchor]), name


def markdown(source: Path, name: Path) -> tuple[str, set[Path]]:
    """Return a Markdown page as the site has it, and what it links to."""
    linked = set()

    def replaced(found: re.Match[str]) -> str:
        link, other = of_link(source, name, found[0])
        linked.update([other] if other else [])
        return link

    parts = CODE.split((source / name).read_text(encoding="utf-8"))
    parts[::2] = [TARGET.sub(replaced, part) for part in parts[::2]]
    head = UNLISTED if name.match(f"{APP}/docs/providers/*") else ""
    return head + "".join(parts), linked


def listing(source: Path, name: Path) -> tuple[str, set[Path]]:
    """Return the page of a folder, and what it links to."""
    inside = sorted(
        path.relative_to(source)
        for path in (source / name).iterdir()
        if path.is_dir() or path.suffix in LANGUAGES
    )
    lines = [f"- [{path.name}]({of_link(source, name / 'x', path.name)[0]})" for path in inside]
    return heading(name) + "\n".join(lines) + "\n", set(inside)


def code(source: Path, name: Path) -> tuple[str, set[Path]]:
    """Return the page of a source file, which links to nothing."""
    text = (source / name).read_text(encoding="utf-8")
    language = LANGUAGES.get(name.suffix, "text")
    return f"{heading(name)}``````{language}\n{text.rstrip()}\n``````\n", set()


def heading(name: Path) -> str:
    """Return how the page of a file or a folder begins."""
    return f"{UNSEARCHED}# {name.name}\n\n`{name}`\n\n"


def stage(source: Path, staged: Path) -> None:
    """Write all pages, and those of the files and folders that they lead to."""
    todo = {path.relative_to(source) for pattern in PAGES for path in source.glob(pattern)}
    done: set[Path] = set()
    while todo:
        name = todo.pop()
        done.add(name)
        page = staged / name_of_page(source, name)
        page.parent.mkdir(parents=True, exist_ok=True)
        if name.suffix in PICTURES:
            shutil.copy(source / name, page)
            continue
        shown = markdown if name.suffix == ".md" else code
        if (source / name).is_dir():
            shown = listing
        text, linked = shown(source, name)
        page.write_text(text, encoding="utf-8")
        todo |= linked - done
    shutil.copytree(SETTINGS, staged, dirs_exist_ok=True)
    # HTML in a page names pictures as well.
    for folder in ("docs", f"{APP}/docs"):
        others = shutil.ignore_patterns("*.md", "*.py")
        shutil.copytree(source / folder, staged / "extra" / folder, ignore=others)


def sphinx(staged: Path, site: Path) -> None:
    """Build staged pages.  Raises CalledProcessError where there is a warning."""
    environment = ROOT / TEMPLATE / "scripts" / "environment.py"
    locked = ROOT / "requirements-docs.txt"
    subprocess.run([sys.executable, environment, TOOLS, locked], check=True)
    python = TOOLS / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [str(python), "-m", "sphinx", "-W", "--keep-going", "-q", "-j", "auto"]
    command += ["-d", str(staged / ".read"), str(staged), str(site)]
    subprocess.run(command, check=True)


def build(site: Path) -> None:
    """Build the site in a new folder.  Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as name:
        print("Generating an app ...", flush=True)
        stage(merged(Path(name)), Path(name, "staged"))
        print("Building the site (a minute) ...", flush=True)
        sphinx(Path(name, "staged"), site)


def main() -> int:
    """Build the site anew and say what to open."""
    shutil.rmtree(SITE, ignore_errors=True)
    try:
        build(SITE)
    except subprocess.CalledProcessError as error:  # the command has said why
        return error.returncode
    print(f"Open {SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
