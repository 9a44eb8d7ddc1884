"""What is counted: each series with its labels.

No label holds anything about a person, and no value of a label comes from a request: see `labels`.
"""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# Seconds.  A call to a provider is given up after 5, a whole sign-in after 12.
CALL_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12)
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)


@dataclass(frozen=True)
class Series:
    """All series of one app, in its `registry`.  `providers` are the names that it knows."""

    registry: CollectorRegistry
    providers: frozenset[str]

    logins: Counter = field(init=False)
    events: Counter = field(init=False)
    rate_limited: Counter = field(init=False)
    provider_seconds: Histogram = field(init=False)
    provider_failures: Counter = field(init=False)
    request_seconds: Histogram = field(init=False)
    requests: Counter = field(init=False)
    connections: Gauge = field(init=False)
    connections_limit: Gauge = field(init=False)

    def __post_init__(self) -> None:
        """Make the series.  Those that no label divides begin at 0."""
        made = {
            **_of_sign_in(self.registry),
            **_of_providers(self.registry),
            **_of_requests(self.registry),
            **_of_the_database(self.registry),
        }
        for name, series in made.items():
            object.__setattr__(self, name, series)


def _of_sign_in(registry: CollectorRegistry) -> dict[str, Counter]:
    return {
        "logins": Counter(
            "signin_logins",
            "Sign-ins that ended, by how: the events of the log, with the reason of a refusal",
            ("provider", "outcome", "reason"),
            registry=registry,
        ),
        "events": Counter(
            "signin_events",
            "All other events of the log",
            ("event", "reason"),
            registry=registry,
        ),
        "rate_limited": Counter(
            "signin_rate_limited",
            "Requests beyond a rate limit",
            ("reason",),
            registry=registry,
        ),
    }


def _of_providers(registry: CollectorRegistry) -> dict[str, Counter | Histogram]:
    return {
        "provider_seconds": Histogram(
            "signin_provider_call_seconds",
            "Calls to a provider, by what was asked for: token, userinfo, metadata or keys",
            ("provider", "kind"),
            buckets=CALL_SECONDS,
            registry=registry,
        ),
        "provider_failures": Counter(
            "signin_provider_call_failures",
            "Calls to a provider without a complete answer",
            ("provider", "kind"),
            registry=registry,
        ),
    }


def _of_requests(registry: CollectorRegistry) -> dict[str, Counter | Histogram]:
    return {
        "request_seconds": Histogram(
            "app_request_seconds",
            "Requests, by the function that answered",
            ("endpoint",),
            buckets=REQUEST_SECONDS,
            registry=registry,
        ),
        "requests": Counter(
            "app_requests",
            "Requests, by the function that answered, and the status",
            ("endpoint", "method", "status"),
            registry=registry,
        ),
    }


def _of_the_database(registry: CollectorRegistry) -> dict[str, Gauge]:
    """Return the series of connections.  Only those of processes that are alive are added up."""
    return {
        "connections": Gauge(
            "app_database_connections",
            "Connections of the database that requests hold",
            multiprocess_mode="livesum",
            registry=registry,
        ),
        "connections_limit": Gauge(
            "app_database_connections_limit",
            "Connections that the processes may open at most",
            multiprocess_mode="livesum",
            registry=registry,
        ),
    }
