"""docs/metrics of the app: alerts and dashboard ask for series and labels that there really are."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from clean_copy import ROOT
from harness.app_server import running_app
from harness.counting_provider import Person, counting_provider
from harness.visitor import Visitor
from prometheus_client.parser import text_string_to_metric_families

DOCS = ROOT / "{{cookiecutter.project_slug}}" / "docs" / "metrics"
TOKEN = "a-token-of-prometheus-0123456789-abcdefgh"
# What Prometheus itself adds.
OF_PROMETHEUS = {"up": {"job"}}
# What Grafana fills in.
INTERVAL = "$__rate_interval"


@pytest.fixture(scope="module")
def series(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the names of all series that an app with some events has, each with its labels."""
    from app.signin.auth import audit

    database = tmp_path_factory.mktemp("series") / "app.db"
    database.write_bytes(migrated_sqlite.read_bytes())
    with (
        counting_provider() as provider,
        running_app(
            f"sqlite:///{database}", provider.settings | {"METRICS_TOKEN": TOKEN}
        ) as running,
    ):
        visitor = Visitor(running.url, provider)
        visitor.sign_in("corp", Person(1))
        visitor.sign_in("github", Person(2))
        provider.before = lambda name: 1 / 0 if "token" in name else None
        visitor.sign_in("corp", Person(3))
        visitor.visit("/nothing")
        with running.app.app_context():
            audit.log_only("rate_limited", reason="too_many_starts")
        answer = visitor.get(
            f"{running.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        ).text
    found: dict[str, Any] = {}
    for family in text_string_to_metric_families(answer):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def selectors(query: str) -> list[tuple[str, dict[str, tuple[str, str]]]]:
    """Return each series that a query asks for, with its conditions: label, operator, value."""
    tree = promql_parser.parse(query.replace(INTERVAL, "5m"))
    found: list[Any] = []

    def walk(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
            inner = getattr(node, name, None)
            if inner is not None and not isinstance(inner, str):
                walk(inner)
        for inner in getattr(node, "args", None) or ():
            walk(inner)

    walk(tree)
    return [
        (
            node.name,
            {m.name: (str(m.op), m.value) for m in node.matchers.matchers},
        )
        for node in found
    ]


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DOCS / "dashboard.json").read_text())["panels"]
    return found


QUERIES = {
    **{rule["alert"]: rule["expr"] for rule in rules()},
    **{
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in panels()
        for target in panel["targets"]
    },
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_for_what_there_is(name: str, series: dict[str, Any]) -> None:
    query, asked = QUERIES[name], selectors(QUERIES[name])
    assert asked
    for metric, conditions in asked:
        labels = OF_PROMETHEUS.get(metric) or set(series[metric][0])
        assert set(conditions) <= labels, metric
    grouped = {
        label.strip()
        for part in re.findall(r"\bby \(([^)]*)\)", query)
        for label in part.split(",")
    }
    every = set().union(*(series[metric][0] for metric, _ in asked if metric in series))
    assert grouped <= every, name


def test_what_a_query_compares_can_happen() -> None:
    """A condition names outcomes, reasons and events that the app has."""
    from app.metrics.events import OUTCOMES
    from app.metrics.labels import REASONS

    app = ROOT / "{{cookiecutter.project_slug}}" / "app"
    source = "\n".join(file.read_text(encoding="utf-8") for file in app.rglob("*.py"))
    for query in QUERIES.values():
        for _, conditions in selectors(query):
            for label, (_, value) in conditions.items():
                for word in value.split("|"):
                    known = {
                        "outcome": word in OUTCOMES,
                        "reason": word in REASONS,
                        "event": f'"{word}"' in source,
                        "status": word == "5..",
                        "job": word == "app",
                    }
                    assert known[label], (label, word)


def test_each_alert_says_what_it_means() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) > 8
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        # A label in the text is one that the query keeps.
        text = " ".join(rule["annotations"].values())
        for label in re.findall(r"\$labels\.(\w+)", text):
            assert re.search(rf"by \([^)]*\b{label}\b", rule["expr"]), (rule["alert"], label)


def test_the_page_lists_each_series(series: dict[str, Any]) -> None:
    page = (DOCS / "README.md").read_text(encoding="utf-8")
    rows = {
        name: set(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(r"^\| `([a-z_]+)` \| ([^|]*) \|", page, re.MULTILINE)
    }
    assert rows == {
        re.sub("_(bucket|count|sum)$", "", name): set(labels[0]) - {"le"}
        for name, labels in series.items()
        if not name.endswith("_created")
    }
