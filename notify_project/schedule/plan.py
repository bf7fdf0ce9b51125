"""Every periodic task, with its London time or interval and its queue."""

import logging
from datetime import time, timedelta

from django.core.management import call_command

from billing.tasks import (
    alert_on_spent_budgets,
    create_nightly_billing,
    expire_reports,
    populate_annual_billing,
    restart_lost_reports,
    update_ft_billing_for_today,
)
from notifications.acceptance.idempotency import delete_old_answers
from notifications.callbacks.tasks import delete_old_callbacks
from notifications.delivery.tasks import (
    delete_old_provider_figures,
    lower_failing_providers,
    lower_slow_providers,
    recover_providers,
)
from notifications.documents.purge import purge_expired_documents
from notifications.jobs.tasks import (
    check_for_missing_rows_in_completed_jobs,
    check_job_status,
    remove_letter_jobs,
    remove_sms_email_jobs,
    run_scheduled_jobs,
    update_status_of_fully_processed_jobs,
)
from notifications.letters.alerts import (
    check_if_letters_in_technical_failure,
    check_if_letters_still_in_created,
    check_if_letters_still_pending_virus_check,
    check_letters_pending_virus_check_nightly,
    raise_alert_if_letters_still_sending,
)
from notifications.letters.missing_pdfs import recreate_missing_letter_pdfs
from notifications.letters.printing.file_tasks import (
    alert_on_unacknowledged_files,
    read_printer_files,
)
from notifications.letters.tasks import (
    check_pdf_letters,
    collate_letters,
    finish_test_letters,
    hand_over_print_batches,
    make_letters,
)
from notifications.receipts.tasks import rematch_receipts
from notifications.retention.tasks import (
    delete_inbound_sms,
    delete_left_files,
    delete_notifications_older_than_retention,
    delete_old_print_batches,
    delete_unsubscribe_requests,
    timeout_sending_notifications,
)
from notifications.statistics.tasks import (
    count_hourly_volumes,
    count_messages_of_today,
    create_nightly_notification_status,
    rebuild_template_usage_for_yesterday,
    repair_template_usage,
    save_daily_notification_processing_time,
)
from notifications.support.bulk import resume_bulk_actions
from notifications.support.giving_back import give_back_released
from notify_project import clock
from notify_project.constants import Queue
from notify_project.schedule.checks import (
    alert_on_never_started,
    check_low_available_inbound_numbers,
    check_services_with_high_failure_rates_or_tv_numbers,
)
from notify_project.schedule.runs import delete_old_runs
from notify_project.schedule.slots import MONDAYS, WORKING_DAYS, PeriodicTask
from templates_app.changes.tasks import publish_due_template_changes

logger = logging.getLogger(__name__)


def delete_old_idempotent_answers() -> None:
    """Delete the answers to requests that are not repeated any more."""
    logger.info("deleted %s old answers", delete_old_answers())


def delete_expired_sessions() -> None:
    """Delete the sessions of people who have not been on the admin site for long."""
    call_command("clearsessions")


def delete_old_periodic_runs() -> None:
    """Delete what is recorded about old slots."""
    logger.info("deleted %s old periodic runs", delete_old_runs(clock.now()))


PERIODIC_TASKS = {
    task.name: task
    for task in (
        PeriodicTask(finish_test_letters, Queue.RESEARCH_MODE, every=timedelta(minutes=1)),
        PeriodicTask(make_letters, Queue.LETTERS, every=timedelta(minutes=1)),
        PeriodicTask(hand_over_print_batches, Queue.LETTERS, every=timedelta(minutes=1)),
        PeriodicTask(collate_letters, Queue.LETTERS, at=time(17, 50)),
        PeriodicTask(check_pdf_letters, Queue.LETTERS, every=timedelta(minutes=1)),
        PeriodicTask(read_printer_files, Queue.RECEIPTS, every=timedelta(minutes=10)),
        PeriodicTask(alert_on_unacknowledged_files, Queue.PERIODIC, at=time(23, 0)),
        # Its guard is a minute: asked less often, it would act every other minute.
        PeriodicTask(lower_failing_providers, Queue.PERIODIC, every=timedelta(seconds=15)),
        PeriodicTask(lower_slow_providers, Queue.PERIODIC, every=timedelta(minutes=1)),
        PeriodicTask(recover_providers, Queue.PERIODIC, every=timedelta(minutes=5)),
        PeriodicTask(rematch_receipts, Queue.RECEIPTS, every=timedelta(minutes=1)),
        PeriodicTask(give_back_released, Queue.JOBS, every=timedelta(minutes=1)),
        PeriodicTask(resume_bulk_actions, Queue.PERIODIC, every=timedelta(minutes=1)),
        PeriodicTask(alert_on_never_started, Queue.PERIODIC, every=timedelta(minutes=2)),
        PeriodicTask(run_scheduled_jobs, Queue.PERIODIC, every=timedelta(minutes=1)),
        PeriodicTask(check_job_status, Queue.PERIODIC, every=timedelta(minutes=1)),
        PeriodicTask(
            check_for_missing_rows_in_completed_jobs, Queue.PERIODIC, every=timedelta(minutes=1)
        ),
        PeriodicTask(
            update_status_of_fully_processed_jobs, Queue.PERIODIC, every=timedelta(minutes=1)
        ),
        PeriodicTask(publish_due_template_changes, Queue.PERIODIC, every=timedelta(minutes=1)),
        PeriodicTask(count_hourly_volumes, Queue.REPORTING, every=timedelta(minutes=5)),
        PeriodicTask(count_messages_of_today, Queue.REPORTING, every=timedelta(minutes=5)),
        PeriodicTask(repair_template_usage, Queue.PERIODIC, every=timedelta(minutes=10)),
        PeriodicTask(timeout_sending_notifications, Queue.PERIODIC, at=time(0, 5)),
        PeriodicTask(rebuild_template_usage_for_yesterday, Queue.PERIODIC, at=time(0, 10)),
        PeriodicTask(create_nightly_billing, Queue.REPORTING, at=time(0, 15)),
        PeriodicTask(update_ft_billing_for_today, Queue.REPORTING, every=timedelta(hours=1)),
        PeriodicTask(alert_on_spent_budgets, Queue.PERIODIC, every=timedelta(hours=1)),
        PeriodicTask(restart_lost_reports, Queue.PERIODIC, every=timedelta(minutes=5)),
        PeriodicTask(expire_reports, Queue.PERIODIC, every=timedelta(hours=1)),
        PeriodicTask(populate_annual_billing, Queue.PERIODIC, at=time(2, 1)),
        PeriodicTask(create_nightly_notification_status, Queue.REPORTING, at=time(0, 30)),
        PeriodicTask(save_daily_notification_processing_time, Queue.PERIODIC, at=time(2, 5)),
        PeriodicTask(purge_expired_documents, Queue.PERIODIC, at=time(2, 30)),
        PeriodicTask(delete_inbound_sms, Queue.REPORTING, at=time(2, 40)),
        PeriodicTask(delete_unsubscribe_requests, Queue.REPORTING, at=time(2, 50)),
        PeriodicTask(delete_old_idempotent_answers, Queue.PERIODIC, every=timedelta(hours=1)),
        PeriodicTask(delete_notifications_older_than_retention, Queue.REPORTING, at=time(3, 0)),
        PeriodicTask(remove_sms_email_jobs, Queue.REPORTING, at=time(4, 0)),
        PeriodicTask(remove_letter_jobs, Queue.REPORTING, at=time(4, 20)),
        PeriodicTask(delete_left_files, Queue.REPORTING, at=time(4, 40)),
        PeriodicTask(delete_old_print_batches, Queue.REPORTING, at=time(4, 50)),
        PeriodicTask(delete_old_callbacks, Queue.PERIODIC, at=time(3, 4)),
        PeriodicTask(delete_old_provider_figures, Queue.PERIODIC, at=time(3, 4)),
        PeriodicTask(delete_old_periodic_runs, Queue.PERIODIC, at=time(3, 4)),
        PeriodicTask(delete_expired_sessions, Queue.PERIODIC, at=time(3, 4)),
        PeriodicTask(
            check_services_with_high_failure_rates_or_tv_numbers,
            Queue.PERIODIC,
            at=time(10, 30),
            weekdays=WORKING_DAYS,
        ),
        PeriodicTask(recreate_missing_letter_pdfs, Queue.LETTERS, every=timedelta(minutes=15)),
        PeriodicTask(
            check_if_letters_still_pending_virus_check, Queue.PERIODIC, every=timedelta(minutes=10)
        ),
        PeriodicTask(
            check_if_letters_still_in_created,
            Queue.PERIODIC,
            at=time(7, 0),
            weekdays=WORKING_DAYS,
        ),
        PeriodicTask(check_if_letters_in_technical_failure, Queue.PERIODIC, at=time(7, 0)),
        PeriodicTask(
            raise_alert_if_letters_still_sending,
            Queue.PERIODIC,
            at=time(19, 0),
            weekdays=WORKING_DAYS,
        ),
        PeriodicTask(check_letters_pending_virus_check_nightly, Queue.PERIODIC, at=time(20, 0)),
        PeriodicTask(
            check_low_available_inbound_numbers, Queue.PERIODIC, at=time(9, 0), weekdays=MONDAYS
        ),
    )
}
