"""The rules for Prometheus name what the page shows, and the limits that the log goes by."""

import re
from pathlib import Path

import pytest
import yaml

from notify_project import metrics, urls
from notify_project.api import middleware
from notify_project.metrics import Histogram
from notify_project.monitoring import gauges
from notify_project.monitoring.alerts import ALERTS
from notify_project.schedule import loop

DOCS = Path(__file__).resolve().parents[3] / "docs"
RULES = {
    rule["alert"]: rule["expr"]
    for group in yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
}
# A name, and what stands in braces behind it.
USES = re.compile(r"\b(notify_\w+)(?:\{([^}]*)\})?")


def shown():
    """Return what the page shows: each name with its labels."""
    # What each kind of process loads has declared its metrics.
    assert all([urls.urlpatterns, middleware, loop])
    found = {gauge.name: set(gauge.labels) for gauge in gauges.ALL}
    for metric in metrics.declared.values():
        labels = set(metric.labels)
        if isinstance(metric, Histogram):
            found[f"{metric.name}_bucket"] = labels | {"le"}
            found[f"{metric.name}_sum"] = found[f"{metric.name}_count"] = labels
        else:
            found[metric.name] = labels
    return found


@pytest.mark.parametrize("name", RULES)
def test_a_rule_names_metrics_and_labels_that_exist(name):
    uses = USES.findall(RULES[name])

    assert uses
    for metric, selector in uses:
        assert metric in shown()
        assert set(re.findall(r"(\w+)(?:=|!)", selector)) <= shown()[metric]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_the_log_and_the_rules_have_the_same_limits(alert):
    selector = ""
    if alert.only:
        among = "=~" if len(alert.only) > 1 else "="
        selector = f'{{{alert.gauge.labels[0]}{among}"{"|".join(alert.only)}"}}'

    assert RULES[alert.name] == f"{alert.gauge.name}{selector} {alert.beyond} {alert.limit:.0f}"


@pytest.mark.parametrize("name", RULES)
def test_the_guide_says_what_to_do(name):
    assert f"\n| `{name}` |" in (DOCS / "operations.md").read_text()


def test_the_guide_knows_no_other_alerts():
    table = (DOCS / "operations.md").read_text().partition("## At each alert")[2]
    rows = re.findall(r"^\| `(\w+)` \|", table.partition("\n## ")[0], re.MULTILINE)

    assert rows == list(RULES)


@pytest.mark.parametrize("name", sorted(shown()))
def test_the_guide_explains_every_metric(name):
    family = re.sub(r"_(bucket|sum|count)$", "", name)

    assert f"| `{family}` |" in (DOCS / "operations.md").read_text()
