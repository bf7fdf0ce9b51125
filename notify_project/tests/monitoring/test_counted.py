import pytest

from notify_project import metrics
from notify_project.metrics import Counter, Histogram
from notify_project.monitoring.counted import families
from notify_project.monitoring.exposition import text_of


@pytest.fixture(autouse=True)
def _metrics(monkeypatch):
    monkeypatch.setattr(metrics, "declared", {})
    Counter("seen_total", "Seen.", ("kind",))
    Histogram("took_seconds", "Took.", bounds=(1.0, 2.0))


def numbers(totals):
    return [line for line in text_of(families(totals)).splitlines() if not line.startswith("#")]


def test_a_counter_is_shown_for_each_value_of_its_labels():
    assert numbers({("seen_total", ("b",), ""): 2, ("seen_total", ("a",), ""): 1}) == [
        'seen_total{kind="a"} 1',
        'seen_total{kind="b"} 2',
    ]


def test_the_buckets_of_a_histogram_are_cumulative():
    counted = {"1.0": 3, "inf": 1, "sum": 7.5}

    assert numbers({("took_seconds", (), part): n for part, n in counted.items()}) == [
        'took_seconds_bucket{le="1.0"} 3',
        'took_seconds_bucket{le="2.0"} 3',
        'took_seconds_bucket{le="+Inf"} 4',
        "took_seconds_sum 7.5",
        "took_seconds_count 4",
    ]


def test_buckets_of_another_release_go_into_those_of_this_one():
    counted = {"0.5": 3, "1.5": 1, "sum": 3}

    assert numbers({("took_seconds", (), part): n for part, n in counted.items()})[:3] == [
        'took_seconds_bucket{le="1.0"} 3',
        'took_seconds_bucket{le="2.0"} 4',
        'took_seconds_bucket{le="+Inf"} 4',
    ]


def test_what_another_release_counted_otherwise_is_left_out():
    assert numbers({("gone_total", (), ""): 1, ("seen_total", ("a", "b"), ""): 1}) == []
