"""From what processes have counted to metrics. Pure but for the list of what is declared."""

from collections import defaultdict
from collections.abc import Iterable
from math import inf

from notify_project import metrics
from notify_project.metrics import Counter, Histogram, Place
from notify_project.monitoring.exposition import Family, Sample


def families(totals: dict[Place, float]) -> list[Family]:
    """Return every declared metric; what an earlier release counted is left out."""
    parts: dict[str, dict[tuple[str, ...], dict[str, float]]] = {}
    for (name, values, part), amount in totals.items():
        parts.setdefault(name, defaultdict(dict))[values][part] = amount
    return [_family(metric, parts.get(metric.name, {})) for metric in metrics.declared.values()]


def _family(
    metric: Counter | Histogram, counted: dict[tuple[str, ...], dict[str, float]]
) -> Family:
    samples: list[Sample] = []
    for values, parts in sorted(counted.items()):
        if len(values) != len(metric.labels):
            continue
        labels = dict(zip(metric.labels, values, strict=True))
        if isinstance(metric, Counter):
            samples.append(Sample(parts.get("", 0.0), labels))
        else:
            samples += _histogram(metric, labels, parts)
    return Family(
        metric.name,
        "counter" if isinstance(metric, Counter) else "histogram",
        metric.help,
        samples,
    )


def _histogram(
    metric: Histogram, labels: dict[str, str], parts: dict[str, float]
) -> Iterable[Sample]:
    by_bound = {float(bound): n for bound, n in parts.items() if bound != metrics.SUM}
    for bound in (*metric.bounds, inf):
        # Another release may have had other bounds.
        count = sum(n for counted_bound, n in by_bound.items() if counted_bound <= bound)
        yield Sample(count, {**labels, "le": "+Inf" if bound == inf else str(bound)}, "_bucket")
    yield Sample(parts.get(metrics.SUM, 0.0), labels, "_sum")
    yield Sample(sum(by_bound.values()), labels, "_count")
