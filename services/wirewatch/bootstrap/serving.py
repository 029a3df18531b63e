"""Builds what a process shows of itself: its metrics, and the port that serves them."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, disable_created_metrics

from wirewatch import __version__
from wirewatch.adapters.status_http import StatusServer
from wirewatch.bootstrap.taggers import Taggers
from wirewatch.core.article import Versions
from wirewatch.metrics import LagMetrics, Metrics
from wirewatch.ports.signals import Checked
from wirewatch.settings import Settings


def utc_now() -> datetime:
    """The clock of everything that is no test."""
    return datetime.now(UTC)


def build_metrics(taggers: Taggers | None = None) -> Metrics:
    """Metrics in a registry of their own; of a process without ``taggers`` if it has none."""
    metrics = Metrics(_registry(), topics=[rule.id for rule in taggers.rules] if taggers else ())
    versions = taggers.versions if taggers else Versions(wirewatch=__version__, gazetteer="none", topics="none", model="none")
    metrics.build.info({name: str(getattr(versions, name)) for name in ("wirewatch", "gazetteer", "topics", "model")})
    return metrics


def build_lag_metrics() -> LagMetrics:
    """Metrics of the process that measures the lag."""
    return LagMetrics(_registry())


def _registry() -> CollectorRegistry:
    disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
    return CollectorRegistry()


def status_server(settings: Settings, registry: CollectorRegistry, health: Checked) -> AbstractContextManager[object]:
    """Serve /metrics, /healthz and /readyz, if a port is set. Raises Refused where the port is taken."""
    if not settings.metrics_port:
        return nullcontext()
    return StatusServer(registry, host=settings.metrics_host, port=settings.metrics_port, healthy=health.stuck, ready=health.not_ready)
