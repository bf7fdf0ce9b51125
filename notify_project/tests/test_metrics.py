import threading
import time

import pytest

from notify_project import metrics
from notify_project.metrics import Counter, Histogram
from notify_project.redis_connection import RedisUnavailable


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch):
    """Let each test declare its own metrics and begin with none counted."""
    monkeypatch.setattr(metrics, "declared", {})
    metrics.take()
    yield
    metrics.take()


@pytest.mark.redis
def test_what_several_processes_count_is_added_up(redis):
    counter = Counter("seen_total", "Seen.", ("kind",))

    counter.count("a")
    metrics.flush()  # as another process would
    counter.count("a", by=2)
    counter.count("b")
    metrics.flush()

    assert metrics.totals() == {("seen_total", ("a",), ""): 3, ("seen_total", ("b",), ""): 1}


@pytest.mark.redis
@pytest.mark.parametrize(
    ("seconds", "bucket"), [(0.0, "1.0"), (1.0, "1.0"), (1.001, "2.0"), (2.5, "inf")]
)
def test_a_duration_falls_into_the_first_bucket_that_holds_it(redis, seconds, bucket):
    histogram = Histogram("took_seconds", "Took.", bounds=(1.0, 2.0))

    histogram.observe(seconds)
    metrics.flush()

    assert metrics.totals() == {
        ("took_seconds", (), bucket): 1,
        ("took_seconds", (), "sum"): seconds,
    }


@pytest.mark.redis
def test_nothing_is_sent_when_nothing_was_counted(redis, redis_commands):
    metrics.flush()

    assert redis_commands == []


@pytest.mark.redis
def test_what_redis_does_not_take_is_added_later(redis, settings):
    counter = Counter("seen_total", "Seen.")
    counter.count()
    settings.REDIS_ENABLED = False
    metrics.flush()
    counter.count()
    settings.REDIS_ENABLED = True

    metrics.flush()

    assert metrics.totals() == {("seen_total", (), ""): 2}


def test_without_redis_the_totals_are_not_known():
    with pytest.raises(RedisUnavailable):
        metrics.totals()


@pytest.mark.redis
def test_threads_lose_nothing(redis):
    counter = Counter("seen_total", "Seen.")
    threads = [
        threading.Thread(target=lambda: [counter.count() for _ in range(500)]) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics.flush()

    assert metrics.totals() == {("seen_total", (), ""): 2000}


@pytest.mark.redis
def test_a_process_adds_up_by_itself(redis, settings, monkeypatch):
    settings.METRICS_INTERVAL_SECONDS = 0.01
    monkeypatch.setattr(metrics, "_stop", stop := threading.Event())
    monkeypatch.setattr(metrics, "_flusher", None)
    monkeypatch.setattr(metrics.atexit, "register", lambda function: None)

    Counter("seen_total", "Seen.").count()
    deadline = time.monotonic() + 10
    while not redis.exists(metrics.KEY) and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    metrics._flusher.join()

    assert metrics.totals() == {("seen_total", (), ""): 1}


def test_a_name_is_given_once():
    Counter("seen_total", "Seen.")

    with pytest.raises(ValueError, match="declared twice"):
        Histogram("seen_total", "Seen.")


@pytest.mark.parametrize("values", [(), ("a", "b")], ids=["too-few", "too-many"])
def test_labels_have_values(values):
    counter = Counter("seen_total", "Seen.", ("kind",))

    with pytest.raises(ValueError, match="has the labels"):
        counter.count(*values)
