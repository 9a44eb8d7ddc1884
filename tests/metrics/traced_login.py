"""Program: sign in to an app that docs/metrics/tracing.py traces; print the spans, and all secrets.

Arguments: the folder with the packages of OpenTelemetry, and the URL of a migrated database.
`plain` as a third one leaves out what keeps secrets away.
"""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TESTS = Path(__file__).parents[1]
APP = TESTS.parent / "{{cookiecutter.project_slug}}"
sys.path[:0] = [str(TESTS), str(APP), str(APP / "docs" / "metrics")]
sys.path.append(sys.argv[1])

import tracing
from harness.app_server import running_app
from harness.counting_provider import Person, counting_provider
from harness.visitor import Visitor, error_of
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

INVITATION = "j238jF-a-working-invitation_9IPk"


def texts(span: Any) -> dict[str, Any]:
    """Return all that leaves the process of a span."""
    found: dict[str, Any] = json.loads(span.to_json())
    return found


def sign_in(database_url: str, exporter: InMemorySpanExporter) -> set[str]:
    """Sign in once, fail once, follow an invitation; return the secrets that came along."""
    secrets = {INVITATION}
    with counting_provider() as provider, running_app(database_url, provider.settings) as running:
        tracing.init_app(running.app, exporter)
        visitor = Visitor(running.url, provider)
        for person in (Person(1), Person(2)):
            callback = visitor.callback_url("corp", person)
            [code] = parse_qs(urlsplit(callback).query)["code"]
            asked = provider.asked[code]
            secrets |= {code, asked["state"], asked["nonce"]}
            answer = visitor.visit(callback)
            # The second time, nobody listens any more where the tokens are.
            provider.before = lambda name: sys.exit() if "token" in name else None
        assert error_of(answer) == "provider_unavailable"
        visitor.visit(f"/invite/{INVITATION}?code=a-code-of-somebody")
        # The shorter cookie is the name of the provider that was used last.
        secrets |= {value for value in visitor.cookies.values() if len(value) > 20}
        secrets |= {*provider._bearers, "a-code-of-somebody"}
    return secrets


if __name__ == "__main__":
    memory = InMemorySpanExporter()
    tracing.BatchSpanProcessor = SimpleSpanProcessor
    if sys.argv[3:] == ["plain"]:
        tracing.cleaned = lambda span: span
    secrets = sign_in(sys.argv[2], memory)
    print(json.dumps([sorted(secrets), [texts(span) for span in memory.get_finished_spans()]]))
