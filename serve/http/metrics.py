"""What the service counts, for Prometheus. Counts and times only: no finding is a label."""

from __future__ import annotations

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 100.0)
_CASES = (1, 2, 4, 8, 16, 32, 64, 128)


class Meters:
    """The meters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR):
            self.registry.register(collector)
        self.requests = self._counter("requests", "Requests answered", "route", "status")
        self.seconds = Histogram(
            "claudico_request_seconds", "From first byte to last", ["route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.triage = self._counter("cases", "Cases scored, by their final triage", "triage")
        self.together = Histogram(
            "claudico_run_cases", "Small bodies' cases scored in one run",
            buckets=_CASES, registry=self.registry,
        )  # fmt: skip
        self.under_way = self._gauge("requests_under_way", "Requests under way")
        self.model_loaded = self._gauge("model_loaded", "1 where a model answers, 0 for none")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"claudico_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"claudico_{name}", text, registry=self.registry)

    def text(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self.registry)
