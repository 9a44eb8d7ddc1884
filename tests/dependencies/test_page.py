"""docs/dependencies.md of the app names every package, and where it really is imported.

The page of an option names what the option brings.
"""

import re
import tomllib

from clean_copy import ROOT
from packaging.requirements import Requirement

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
PAGES = (TEMPLATE / "docs" / "dependencies.md", *TEMPLATE.glob("docs/*/README.md"))
TABLE = re.compile(r"^\| package \| last release .*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
ROWS = dict(
    row
    for page in PAGES
    for table in TABLE.findall(page.read_text(encoding="utf-8"))
    for row in re.findall(r"^\| `([\w-]+)` \|(.*)\|$", table, re.MULTILINE)
)


def test_every_package_has_a_row() -> None:
    project = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {Requirement(line).name for line in project["dependencies"]}
    assert set(ROWS) == names


def test_it_is_imported_where_the_row_says() -> None:
    for name, row in ROWS.items():
        cells = [cell.strip() for cell in row.split("|")]
        assert len(cells) == 4, name
        assert re.match(r"[A-Z][a-z]+ 20\d\d$", cells[0]), name
        module = {"python-dotenv": "dotenv"}.get(name, name.replace("-", "_"))
        for place in re.findall("`((?:app|migrations)/[^`]*)`", cells[2]):
            path = TEMPLATE / place
            files = path.rglob("*.py") if path.is_dir() else [path]
            imports = rf"^\s*(?:from|import) {module}\b"
            texts = [file.read_text(encoding="utf-8") for file in files]
            assert any(re.search(imports, text, re.MULTILINE) for text in texts), (name, place)


def test_each_of_the_two_at_risk_is_imported_once() -> None:
    for module, place in {
        "flask_login": "app/signin/auth/sessions.py",
        "flask_sqlalchemy": "app/db.py",
    }.items():
        found = [
            str(file.relative_to(TEMPLATE))
            for folder in ("app", "migrations", "scripts")
            for file in (TEMPLATE / folder).rglob("*.py")
            if re.search(rf"^\s*(?:from|import) {module}\b", file.read_text(), re.MULTILINE)
            # It looks at apps of others.
            and file.name != "find_app.py"
        ]
        assert found == [place]


def test_warnings_are_errors_without_an_exception() -> None:
    settings = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["pytest"]["ini_options"]["filterwarnings"] == ["error"]
