"""Each answer is understood, or refused in one line with nothing left on disk; none is code."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cookiecutter.exceptions import FailedHookException
from hypothesis import given
from hypothesis import strategies as st

import local_extensions

ALL = local_extensions.all_providers()
FILE = json.loads(local_extensions.GROUPS.read_text(encoding="utf-8"))
RANKING, GROUPS = FILE["most used first"], FILE["groups"]
FEATURES = json.loads((local_extensions.ROOT / "cookiecutter.json").read_text())["_features"]
UNDERSTOOD = [
    ("check_providers", "github,google", "github,google"),
    ("check_providers", " GitHub ,, google,GITHUB ", "github,google"),
    ("check_providers", "x google", "x,google"),
    ("check_providers", "all", ",".join(ALL)),
    ("check_providers", "x,all", ",".join(["x", *(name for name in ALL if name != "x")])),
    ("check_providers", "Twitter, azure,entra,meta weixin", "x,microsoft,facebook,wechat"),
    ("check_providers", "Git-Hub, face.book GOOG_LE", "github,facebook,google"),
    ("check_providers", "popular", ",".join(GROUPS["popular"])),
    ("check_providers", "Popular, github, zoho", ",".join([*GROUPS["popular"], "zoho"])),
    ("check_providers", "zoho,popular", ",".join(["zoho", *GROUPS["popular"]])),
    ("check_providers", "Amazon-Cognito,eve_online,Entra-ID", "cognito,eveonline,microsoft"),
    ("check_providers", "monday.com Battle.net, Login.gov", "monday,battlenet,logingov"),
    ("check_providers", "none", "none"),
    ("check_providers", "", "none"),
    ("check_features", "none", "none"),
    ("check_features", "", "none"),
    ("check_features", "all", ",".join(FEATURES)),
    ("check_database", " SQLite ", "sqlite"),
    ("check_database", "postgresql", "postgresql"),
    ("check_database", "postgres", "postgresql"),
    ("check_project_name", "  My App ", "My App"),
    ("check_project_name", "n" * 80, "n" * 80),
    ("check_project_name", "Магазин 店 👩‍💻", "Магазин 店 👩‍💻"),
    ("check_project_slug", "my-app", "my-app"),
    ("check_project_slug", "a" * 50, "a" * 50),
    ("make_slug", "Café Olé!", "cafe-ole"),
    ("make_slug", "3D Printer", "app-3d-printer"),
    ("make_slug", "Магазин", "my-app"),
    ("make_slug", "CON", "app-con"),
    ("make_slug", "../../etc/passwd", "etc-passwd"),
]

REFUSED = [
    ({"providers": "gihub"}, ["'gihub'", "Did you mean github", "docs/providers.md"]),
    ({"providers": "twiter"}, ["'twiter'", "Did you mean x", "docs/providers.md"]),
    ({"providers": "facebok,github"}, ["'facebok'", "Did you mean facebook?"]),
    ({"providers": "enterprize"}, ["'enterprize'", "Did you mean enterprise?"]),
    ({"providers": "acme"}, ["'acme'", "by settings alone", "docs/providers.md"]),
    ({"providers": "é"}, ["docs/providers.md"]),
    ({"providers": "-"}, ["'-'", "docs/providers.md"]),
    ({"providers": "github,evil"}, ["'evil'", "docs/providers.md"]),
    ({"providers": "none,github"}, ["'none'"]),
    ({"providers": "generic"}, ["'generic'"]),
    ({"providers": "../x"}, ["'../x'"]),
    ({"providers": "__init__"}, ["'__init__'"]),
    ({"features": "billing"}, ["'billing'", "Choose from"]),
    ({"database": "mysql"}, ["'mysql'", "sqlite or postgresql"]),
    ({"database": ""}, ["''"]),
    ({"project_name": ""}, ["1 to 80"]),
    ({"project_name": "n" * 81}, ["1 to 80"]),
    ({"project_name": "two\nlines"}, ["two\\nlines"]),
    ({"project_name": "tab\there"}, ["tab\\there"]),
    ({"project_name": "nul\0"}, ["nul\\x00"]),
    ({"project_name": "del\x7f"}, ["del\\x7f"]),
    ({"project_name": "turned \u202e round"}, ["\\u202e"]),
    ({"project_name": "half \udcff"}, ["\\udcff"]),
    ({"project_name": "{{ cycler.__init__.__globals__.os.mkdir('gone') }}"}, ["{{"]),
    ({"project_name": "{{ cookiecutter.update(a=1) }}"}, ["{{"]),
    ({"project_name": "{{"}, ["{{"]),
    ({"project_name": "{% for"}, ["{{"]),
    *(
        ({"project_slug": slug}, ["project_slug"])
        for slug in (
            *("../x", "/srv/x", "a/b", "a\\b", ".", "..", "-rf", "CON", "con", "lpt1", "", "a b"),
            *("a" * 51, "a" * 300, "Größe", "a\n", "a-", "1a", "My-App", "~", "$(id)", "a;b"),
        )
    ),
    # Answers that go round the question: a private variable, set directly.
    ({"__providers": "evil"}, ["'evil'"]),
    ({"__providers": "GitHub"}, ["__providers is made from the answer providers"]),
    ({"__project_name": 'x"\ny'}, ["project_name"]),
    ({"__project_slug": "fine", "project_slug": "../x"}, ["project_slug"]),
    ({"__features": "billing"}, ["'billing'"]),
    ({"__database": "evil"}, ["'evil'"]),
]

HOSTILE_NAMES = [
    'My "Shop"',
    "It's",
    "back\\slash \\",
    "$(id) `id` ${HOME}",
    "%s %(x)s {} {0}",
    '""" # noqa',
    "<script>alert(1)</script> & [link](x)",
    "{% raw %}{{ 7*7 }}{% endraw %}",
    "{% raw %}# template: if x{% endraw %}",
    "Ünïcödé Магазин 店",
    "a" * 80,
    '"' * 80,
]


@pytest.mark.parametrize(("check", "answer", "canonical"), UNDERSTOOD)
def test_understood(check: str, answer: str, canonical: str):
    assert getattr(local_extensions, check)(answer) == canonical


@pytest.mark.parametrize(("answers", "words"), REFUSED)
def test_refused(generate, tmp_path: Path, answers: dict[str, str], words: list[str]):
    with pytest.raises(FailedHookException) as refusal:
        generate(**answers)
    message = str(refusal.value)
    assert message.isascii()
    assert message.count("\n") == 0
    assert len(message) < 300
    for word in words:
        assert word in message
    assert list(tmp_path.iterdir()) == []


def test_other_names_lead_to_providers():
    assert set(local_extensions.OTHER_NAMES.values()) <= set(ALL)
    assert not set(local_extensions.OTHER_NAMES) & {*ALL, *GROUPS, "all", "none"}
    spellings = {local_extensions.spelling(name) for name in local_extensions.OTHER_NAMES}
    assert spellings == set(local_extensions.OTHER_NAMES)


def test_each_provider_is_in_a_group_and_each_name_is_one_of_a_provider():
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(set(ALL) - set(grouped)) == []
    assert sorted({*grouped, *RANKING} - set(ALL)) == []
    assert not set(GROUPS) & {*ALL, "all", "none"}
    for names in [RANKING, *GROUPS.values()]:
        assert len(set(names)) == len(names)


def test_the_most_used_are_first():
    assert ALL[: len(RANKING)] == RANKING
    assert ALL[len(RANKING) :] == sorted(set(ALL) - set(RANKING))
    assert GROUPS["popular"] == [name for name in RANKING if name in GROUPS["popular"]]


def test_groups_side_by_side_are_one():
    both = local_extensions.check_providers("media,games").split(",")
    assert both == [name for name in ALL if name in {*GROUPS["media"], *GROUPS["games"]}]


@given(st.text())
def test_any_name_gives_a_good_slug(name: str):
    slug = local_extensions.make_slug(name)
    assert local_extensions.check_project_slug(slug) == slug


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_quoted_text_is_the_same_in_python_and_toml(text: str):
    source = f'x = "{local_extensions.inside_quotes(text)}"\n'
    assert ast.literal_eval(source[4:]) == text
    assert tomllib.loads(source) == {"x": text}


def constants(app: Path) -> dict[str, object]:
    """What generation has written into the one Python file that it renders."""
    tree = ast.parse((app / "app/__init__.py").read_text(encoding="utf-8"))
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_name_breaks_nothing(generate, tool, name: str):
    app = generate(project_name=name, project_slug="shop")
    plain = name.removeprefix("{% raw %}").removesuffix("{% endraw %}")
    assert constants(app)["NAME"] == plain
    assert tomllib.loads((app / "pyproject.toml").read_text(encoding="utf-8"))
    tool(app, "ruff", "check", "app/__init__.py", "pyproject.toml")
    tool(app, "ruff", "format", "--check", "app/__init__.py")


def test_hostile_stamp_breaks_nothing(generate):
    app = generate(__version='1"\nevil = "', __commit="\\")
    stamp = tomllib.loads((app / "pyproject.toml").read_text())["tool"]["social-login-template"]
    assert stamp["version"] == '1"\nevil = "'
    assert stamp["commit"] == "\\"


def run_cli(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess:
    folder.mkdir()
    return subprocess.run(
        [sys.executable, "-m", "cookiecutter", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("providers=github,gogle", "'gogle'"),
        ("features=billing", "'billing'"),
        ("database=oracle", "'oracle'"),
        ("project_slug=../x", "'../x'"),
        (b"project_name=\xff", "'\\udcff'"),
        ("project_name={{ ''.__class__.__mro__ }}", "__class__"),
        ("__providers=evil", "'evil'"),
    ],
)
def test_command_line_refuses_in_one_line(template, tmp_path: Path, answer, word: str):
    done = run_cli(tmp_path / "cwd", str(template), "--no-input", answer)
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    assert word in done.stdout
    assert done.stderr == ""
    assert [path.name for path in tmp_path.rglob("*")] == ["cwd"]


def test_typed_answers(template, tmp_path: Path):
    """Typed at the prompts: a name full of braces stays a name."""
    typed = "{{ 7*7 }} {% x\n\ngoogle\n\n\n"
    done = run_cli(tmp_path / "cwd", str(template), input=typed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Sign-in providers" in done.stdout
    assert constants(tmp_path / "cwd/app-7-7-x") == {
        "NAME": "{{ 7*7 }} {% x",
        "SLUG": "app-7-7-x",
        "PROVIDERS": "google",
        "FEATURES": "none",
    }


def test_bad_answer_stops_before_the_next_question(template, tmp_path: Path):
    done = run_cli(tmp_path / "cwd", str(template), input="\n\ngithub,evil\n\n\n")
    assert done.returncode == 1
    assert "'evil'" in done.stdout.splitlines()[-1]
    assert "features" not in done.stdout.lower()
    assert list((tmp_path / "cwd").iterdir()) == []


def test_user_configuration_is_checked_too(template, tmp_path: Path):
    settings = tmp_path / "rc.yml"
    settings.write_text(f"default_context: {{providers: evil}}\nreplay_dir: '{tmp_path}'\n")
    done = run_cli(tmp_path / "cwd", str(template), "--no-input", "--config-file", str(settings))
    assert done.returncode == 1
    assert done.stdout.startswith("providers: 'evil'")
    assert list((tmp_path / "cwd").iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"project_slug": "../x"},
        {"__providers": "evil"},
        {"__project_name": '"\nimport os'},
        {"providers": "evil", "__providers": "evil"},
    ],
)
def test_replay_file_is_checked_too(template, home: Path, tmp_path: Path, change):
    assert run_cli(tmp_path / "first", str(template), "--no-input").returncode == 0
    replay = json.loads((home / "replay/cookiecutter-flask-social-login.json").read_text())
    replay["cookiecutter"].update(change)
    (tmp_path / "replay.json").write_text(json.dumps(replay))
    done = run_cli(tmp_path / "cwd", str(template), "--replay-file", str(tmp_path / "replay.json"))
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"first", "cwd", "replay.json"}
    assert list((tmp_path / "cwd").iterdir()) == []


def test_no_secret_is_an_answer(template, home: Path, tmp_path: Path):
    """What cookiecutter saves for a replay holds no secret of the new .env."""
    assert run_cli(tmp_path / "cwd", str(template), "--no-input").returncode == 0
    secrets = [
        line.partition("=")[2]
        for line in (tmp_path / "cwd/my-app/.env").read_text().splitlines()
        if line.startswith("SECRET_KEY=")
    ]
    assert len(secrets) == 1
    assert len(secrets[0]) >= 64
    replay = (home / "replay/cookiecutter-flask-social-login.json").read_text()
    assert secrets[0] not in replay


def test_existing_folder_is_not_touched(template, tmp_path: Path):
    mine = tmp_path / "cwd/my-app/mine.txt"
    (tmp_path / "cwd").mkdir()
    mine.parent.mkdir()
    mine.write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(template), "--no-input"],
        cwd=tmp_path / "cwd",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "already exists" in done.stdout
    assert [path.name for path in mine.parent.iterdir()] == ["mine.txt"]


def test_old_cookiecutter_is_refused(monkeypatch):
    monkeypatch.setattr(local_extensions, "cookiecutter_version", "2.6.0")
    with pytest.raises(FailedHookException, match="needs cookiecutter 2"):
        local_extensions.check_cookiecutter("")


def test_console_that_cannot_print(template, tmp_path: Path):
    """A Windows console with code page 1252, and a name that it has no letters for."""
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = run_cli(
        tmp_path / "cwd", str(template), "--no-input", "project_name=店", env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "my-app is ready in my-app/" in done.stdout


def test_prompts_say_what_can_be_answered(template):
    """Every feature and database; of the providers a few that exist, and where the others are."""
    questions = json.loads((template / "cookiecutter.json").read_text())
    prompts = questions["__prompts__"]
    visible = [name for name in questions if not name.startswith("_")]
    assert visible == list(prompts)
    assert len(prompts["providers"]) < 150
    listed = prompts["providers"].partition(": ")[2].partition(" and others")[0]
    assert len(listed.split(", ")) == 10
    assert local_extensions.check_providers(listed)
    for word in ("docs/providers.md", "popular", "all", "none"):
        assert word in prompts["providers"]
    assert (template / "docs/providers.md").exists()
    for feature in questions["_features"] or ["none"]:
        assert feature in prompts["features"]
    for database in local_extensions.DATABASES.values():
        assert database in prompts["database"]
