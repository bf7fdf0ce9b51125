import logging

import pytest

from notify_project.monitoring import gauges
from notify_project.monitoring.alerts import ALERTS, log_alerts
from notify_project.monitoring.gauges import Reading


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_is_logged_beyond_its_limit_and_not_at_it(alert, caplog):
    label = alert.only[:1] or (alert.gauge.labels and ("some",))
    at_limit = Reading(alert.gauge, alert.limit, label)
    beyond = Reading(alert.gauge, alert.limit + (1 if alert.beyond == ">" else -1), label)

    assert log_alerts([at_limit]) == 0
    assert log_alerts([beyond]) == 1

    [record] = caplog.records
    assert (record.levelno, record.alert) == (logging.ERROR, alert.name)


def test_an_alert_concerns_only_its_own_labels():
    assert log_alerts([Reading(gauges.LANE_OLDEST, 61, ("research-mode",))]) == 0
    assert log_alerts([Reading(gauges.LANE_OLDEST, 61, ("priority",))]) == 1


def test_each_reading_is_an_alert_of_its_own(caplog):
    log_alerts([Reading(gauges.FAILED_OLDEST, 901, (name,)) for name in ("normal", "receipts")])

    assert caplog.messages == [
        f"alert TasksFailed: notify_failed_oldest_seconds of {name} is 901, the limit is 900"
        for name in ("normal", "receipts")
    ]


def test_a_number_without_labels_is_named_alone(caplog):
    log_alerts([Reading(gauges.NEVER_STARTED, 101)])

    assert caplog.messages == ["alert NeverStarted: notify_never_started is 101, the limit is 100"]


def test_a_well_platform_raises_none(caplog):
    well = [Reading(gauge, 0, ("some",) * len(gauge.labels)) for gauge in gauges.ALL]

    raised = log_alerts([each for each in well if each.gauge is not gauges.QUEUE_WORKERS])

    assert (raised, caplog.messages) == (0, [])
