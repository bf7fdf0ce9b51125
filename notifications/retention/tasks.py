"""What workers run at the end of waiting and of retention."""

import logging

from notifications import lifecycle
from notifications.retention import purge
from notifications.retention.delivery_events import purge_delivery_events
from notifications.retention.left_files import purge_left_files
from notifications.retention.print_batches import purge_print_batches
from notifications.retention.received_texts import purge_received_texts
from notifications.retention.unsubscribe_requests import purge_unsubscribe_requests
from notify_project import clock
from notify_project.metrics import Counter

logger = logging.getLogger(__name__)

EXPIRED = Counter(
    "notify_expired_total",
    "Messages without an outcome after 72 hours: no provider took them, or no receipt came.",
    ("reason",),
)


def timeout_sending_notifications() -> None:
    """End what has waited for an outcome for three days."""
    unanswered, unsent = lifecycle.expire(clock.now())
    EXPIRED.count("no-receipt", by=unanswered)
    EXPIRED.count("not-taken", by=unsent)
    logger.info("%s messages without a receipt are temporary failures", unanswered)
    if unsent:
        logger.error("%s messages were not taken by any provider in 72 hours", unsent)


def delete_notifications_older_than_retention() -> None:
    """Delete messages whose time is over."""
    today = clock.london_today()
    for name, run in (
        ("texts and emails", purge.purge_texts_and_emails),
        ("letters", purge.purge_letters),
    ):
        purged = run(today)
        logger.info("deleted %s %s", purged.count, name)
        if purged.without_history:
            logger.error("%s deleted messages had no history", purged.without_history)
        if purged.kept_for_files:
            logger.error("%s letters stay: their files could not be deleted", purged.kept_for_files)
    if missed := purge_delivery_events(clock.now()):
        logger.info("deleted %s answers about messages that are gone", missed)
    if overdue := purge.count_overdue(today):
        logger.error("%s messages are older than their retention and have no outcome", overdue)


def delete_inbound_sms() -> None:
    """Delete received texts whose time is over."""
    logger.info("deleted %s received texts", purge_received_texts(clock.london_today()))


def delete_unsubscribe_requests() -> None:
    """Delete requests to be written to no more whose time is over."""
    logger.info("deleted %s requests to unsubscribe", purge_unsubscribe_requests(clock.now()))


def delete_left_files() -> None:
    """Delete the files of letters that were never stored."""
    logger.info("deleted %s files of no letter", purge_left_files(clock.now()))


def delete_old_print_batches() -> None:
    """Delete what is recorded of old hand-overs to the printer."""
    logger.info("deleted %s print batches", purge_print_batches(clock.now()))
