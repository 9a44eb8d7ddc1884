"""Traces for OpenTelemetry, without secrets.  Copy this file to `app/tracing.py`.

Install opentelemetry-sdk, opentelemetry-instrumentation-flask, -sqlalchemy and -requests.
"""

from collections.abc import Sequence

from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from app.db import db
from app.web.logs import loggable

# Attributes with an address, of the older names and of the newer ones.
ADDRESSES = ("http.target", "http.url", "url.full", "url.path")
# What stands behind the question mark: the code and the state of a callback.
QUERIES = ("url.query",)


def init_app(app: Flask, exporter: SpanExporter) -> None:
    """Trace requests, statements, and calls to providers."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(WithoutSecrets(exporter)))
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
    RequestsInstrumentor().instrument(tracer_provider=provider)
    with app.app_context():
        # It asks for SQLAlchemy below 2.1, and without this it would do nothing, and log why.
        options = {"skip_dep_check": True, "tracer_provider": provider}
        SQLAlchemyInstrumentor().instrument(engine=db.engine, **options)


class WithoutSecrets(SpanExporter):
    """Passes spans on without queries, invitations, and the texts of exceptions.

    All that was recorded is there by now; a hook at the start of a span would miss the rest.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Pass on."""
        return self._exporter.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        """End."""
        self._exporter.shutdown()


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """Return a span without secrets.

    Events are exceptions here, whose texts may hold an address with its query; the log has them.
    """
    attributes = {
        name: loggable(str(value)) if name in ADDRESSES else value
        for name, value in (span.attributes or {}).items()
        if name not in QUERIES
    }
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
