"""make release: what it refuses, and what it makes; in a repository of the test's own."""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .updating import commit, git

TEMPLATE = "{{cookiecutter.project_slug}}"
WHAT_TO_DO = "### What to do in an app that was already generated"
SECTION = f"""## Unreleased: 0.11.0

- More.

{WHAT_TO_DO}

Run `flask db upgrade`, and look at the new settings.

"""


@pytest.fixture(scope="module")
def released(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template after a release, with a section for the next one, checked."""
    folder = tmp_path_factory.mktemp("release") / "template"
    ignored = shutil.ignore_patterns("app", "docs", "examples", "tests")
    shutil.copytree(template, folder, ignore=ignored)
    questions = json.loads((folder / "cookiecutter.json").read_text()) | {"__version": "0.10.0"}
    (folder / "cookiecutter.json").write_text(json.dumps(questions, indent=4))
    git(folder, "init", "-q", "-b", "main")
    write_changelog(folder, SECTION)
    commit(folder, "next")
    for version in ("0.10.0", "0.9.0", "0.2.0"):
        git(folder, "tag", f"v{version}")
    check(folder)
    return folder


@pytest.fixture
def repository(released: Path) -> Path:
    """The same at the start of each test."""
    git(released, "reset", "-q", "--hard", "v0.10.0")
    git(released, "clean", "-q", "-f", "-d")
    check(released)
    return released


def write_changelog(folder: Path, section: str) -> None:
    text = (folder / "CHANGELOG.md").read_text()
    before, _, rest = text.partition("## Unreleased")
    (folder / "CHANGELOG.md").write_text(f"{before}{section}## 0.10.0, 2026-01-01{rest}")


def check(folder: Path) -> None:
    """Do what `make check` does when all has passed."""
    subprocess.run([sys.executable, "scripts/release.py", "--checked"], cwd=folder, check=True)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def refused(folder: Path, version: str) -> str:
    """Return why there is no release; nothing was changed."""
    before = git(folder, "rev-parse", "HEAD"), git(folder, "tag"), git(folder, "status", "-s")
    done = run(folder, sys.executable, "-S", "-E", "scripts/release.py", version)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    after = git(folder, "rev-parse", "HEAD"), git(folder, "tag"), git(folder, "status", "-s")
    assert after == before
    assert done.stderr.startswith("No release. "), done.stderr
    return done.stderr.splitlines()[0]


def test_a_release(repository: Path) -> None:
    before = git(repository, "rev-parse", "HEAD")
    done = run(repository, "make", "release", "VERSION=0.11.0")
    assert done.returncode == 0, done.stderr
    assert git(repository, "rev-parse", "v0.11.0^{commit}") == git(repository, "rev-parse", "HEAD")
    assert git(repository, "cat-file", "-t", "v0.11.0").strip() == "tag"
    assert git(repository, "rev-parse", "HEAD~1") == before
    assert git(repository, "status", "--porcelain") == ""
    changed = git(repository, "diff", "--name-only", "HEAD~1", "HEAD").split()
    assert changed == ["CHANGELOG.md", "cookiecutter.json"]
    assert json.loads((repository / "cookiecutter.json").read_text())["__version"] == "0.11.0"
    [heading] = re.findall("^## 0.11.0.*", (repository / "CHANGELOG.md").read_text(), re.M)
    assert heading == f"## 0.11.0, {datetime.now(UTC):%Y-%m-%d}"
    assert run(repository, "make", "release").returncode != 0
    assert "git push origin HEAD v0.11.0" in done.stdout
    # The next one needs a section of its own.
    check(repository)
    assert "not 'Unreleased: 0.12.0'" in refused(repository, "0.12.0")
    git(repository, "tag", "-d", "v0.11.0")


def test_what_is_no_version(repository: Path) -> None:
    for version in ("", "v0.11.0", "0.11", "0.11.0rc1", "0.011.0", "0.11.0 0.12.0"):
        assert refused(repository, version) == (
            "No release. Say which version: make release VERSION=0.2.0"
        )


def test_a_version_that_is_not_newer(repository: Path) -> None:
    for version in ("0.10.0", "0.9.10", "0.0.9"):
        assert f"{version} is not newer than 0.10.0" in refused(repository, version)


def test_a_version_below_what_the_template_says(repository: Path) -> None:
    """No tag is there in a clone that has fetched none."""
    git(repository, "tag", "-d", "v0.10.0", "v0.9.0", "v0.2.0")
    try:
        assert "0.9.9 is older than 0.10.0, which" in refused(repository, "0.9.9")
    finally:
        for version in ("0.10.0", "0.9.0", "0.2.0"):
            git(repository, "tag", f"v{version}")


@pytest.mark.parametrize("name", ["CHANGELOG.md", "new.txt"])
def test_a_working_tree_with_changes(repository: Path, name: str) -> None:
    with (repository / name).open("a") as file:
        file.write("More.\n")
    assert "Commit or remove what has changed" in refused(repository, "0.11.0")


@pytest.mark.parametrize(
    ("section", "why"),
    [
        (SECTION.replace(WHAT_TO_DO, "### Also"), "does not say under"),
        (SECTION.partition("Run `flask")[0], "does not say under"),
        (re.sub("Run `flask.*", "To do.", SECTION), "does not say under"),
        (SECTION.replace("0.11.0", "0.12.0"), "is 'Unreleased: 0.12.0', not 'Unreleased: 0.11.0'"),
        ("", "not 'Unreleased: 0.11.0'"),
    ],
    ids=["no heading", "nothing below it", "no sentence", "another version", "no section"],
)
def test_a_changelog_that_does_not_say_what_to_do(repository: Path, section: str, why: str) -> None:
    text = (repository / "CHANGELOG.md").read_text()
    assert text.count(SECTION) == 1
    (repository / "CHANGELOG.md").write_text(text.replace(SECTION, section))
    commit(repository, "changelog")
    check(repository)
    assert why in refused(repository, "0.11.0")


def test_a_lock_that_was_not_tested(repository: Path) -> None:
    with (repository / TEMPLATE / "requirements.txt").open("a") as file:
        file.write("# Another version.\n")
    commit(repository, "lock")
    assert "The lock files are not those that make check" in refused(repository, "0.11.0")


def test_files_that_were_not_tested(repository: Path) -> None:
    (repository / "new.txt").write_text("More.\n")
    check(repository)
    commit(repository, "new")
    assert "make check has not passed with these files" in refused(repository, "0.11.0")
    # What is checked with a change on top is no commit.
    (repository / "other.txt").write_text("More.\n")
    check(repository)
    (repository / "other.txt").unlink()
    assert "make check has not passed with these files" in refused(repository, "0.11.0")
    (repository / "build/checked").unlink()
    assert "make check has not passed with these files" in refused(repository, "0.11.0")


def test_the_next_release_of_this_repository_says_it(template: Path) -> None:
    newest = (template / "CHANGELOG.md").read_text().split("\n## ")[1]
    if newest.startswith("Unreleased: "):
        assert f"\n{WHAT_TO_DO}\n" in newest


def test_make_check_notes_what_has_passed(template: Path) -> None:
    """As its last step: what fails before it stops make."""
    recipe = re.findall(r"^check:.*\n((?:\t.*\n)+)", (template / "Makefile").read_text(), re.M)
    assert recipe[0].splitlines()[-1] == "\t@$(RUN) scripts/release.py --checked"
