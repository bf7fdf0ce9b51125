"""Every periodic task, with its London time or interval and its queue."""

import logging
from datetime import time, timedelta

from billing.tasks import (
    alert_on_spent_budgets,
    create_nightly_billing,
    populate_annual_billing,
    update_ft_billing_for_today,
)
from notifications.acceptance.idempotency import delete_old_answers
from notifications.callbacks.tasks import delete_old_callbacks
from notifications.delivery.claim import never_started_count
from notifications.delivery.tasks import (
    delete_old_provider_figures,
    lower_failing_providers,
    lower_slow_providers,
    recover_providers,
)
from notifications.documents.purge import purge_expired_documents
from notifications.letters.tasks import finish_test_letters
from notifications.receipts.tasks import rematch_receipts
from notifications.retention.tasks import (
    delete_inbound_sms,
    delete_notifications_older_than_retention,
    timeout_sending_notifications,
)
from notifications.statistics.tasks import (
    rebuild_template_usage_for_yesterday,
    repair_template_usage,
)
from notify_project import clock
from notify_project.constants import Queue
from notify_project.schedule.runs import delete_old_runs
from notify_project.schedule.slots import PeriodicTask

logger = logging.getLogger(__name__)


def alert_on_never_started() -> None:
    """Log an error when accepted messages wait although no worker has ever taken them."""
    count = never_started_count(clock.now())
    if count:
        logger.error("%s accepted messages were never started: are the workers running?", count)


def delete_old_idempotent_answers() -> None:
    """Delete the answers to requests that are not repeated any more."""
    logger.info("deleted %s old answers", delete_old_answers())


def delete_old_periodic_runs() -> None:
    """Delete what is recorded about old slots."""
    logger.info("deleted %s old periodic runs", delete_old_runs(clock.now()))


PERIODIC_TASKS = {
    task.name: task
    for task in (
        PeriodicTask(finish_test_letters, Queue.RESEARCH_MODE, every=timedelta(minutes=1)),
        # Its guard is a minute: asked less often, it would act every other minute.
        PeriodicTask(lower_failing_providers, Queue.PERIODIC, every=timedelta(seconds=15)),
        PeriodicTask(lower_slow_providers, Queue.PERIODIC, every=timedelta(minutes=1)),
        PeriodicTask(recover_providers, Queue.PERIODIC, every=timedelta(minutes=5)),
        PeriodicTask(rematch_receipts, Queue.RECEIPTS, every=timedelta(minutes=1)),
        PeriodicTask(alert_on_never_started, Queue.PERIODIC, every=timedelta(minutes=2)),
        PeriodicTask(repair_template_usage, Queue.PERIODIC, every=timedelta(minutes=10)),
        PeriodicTask(timeout_sending_notifications, Queue.PERIODIC, at=time(0, 5)),
        PeriodicTask(rebuild_template_usage_for_yesterday, Queue.PERIODIC, at=time(0, 10)),
        PeriodicTask(create_nightly_billing, Queue.REPORTING, at=time(0, 15)),
        PeriodicTask(update_ft_billing_for_today, Queue.REPORTING, every=timedelta(hours=1)),
        PeriodicTask(alert_on_spent_budgets, Queue.PERIODIC, every=timedelta(hours=1)),
        PeriodicTask(populate_annual_billing, Queue.PERIODIC, at=time(2, 1)),
        PeriodicTask(purge_expired_documents, Queue.PERIODIC, at=time(2, 30)),
        PeriodicTask(delete_inbound_sms, Queue.REPORTING, at=time(2, 40)),
        PeriodicTask(delete_old_idempotent_answers, Queue.PERIODIC, every=timedelta(hours=1)),
        PeriodicTask(delete_notifications_older_than_retention, Queue.REPORTING, at=time(3, 0)),
        PeriodicTask(delete_old_callbacks, Queue.PERIODIC, at=time(3, 4)),
        PeriodicTask(delete_old_provider_figures, Queue.PERIODIC, at=time(3, 4)),
        PeriodicTask(delete_old_periodic_runs, Queue.PERIODIC, at=time(3, 4)),
    )
}
