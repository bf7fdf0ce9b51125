"""Periodic looks at what a person should know; each logs an error, and changes nothing."""

import logging
from typing import Final

from notifications.delivery.claim import never_started_count
from notifications.statistics.unusual import unusual_texts
from notify_project import clock
from services.models import InboundNumber

logger = logging.getLogger(__name__)

# Source: the delivery pipeline, schedule: the check of free numbers.
FEW_NUMBERS: Final = 50


def alert_on_never_started() -> None:
    """Log an error when accepted messages wait although no worker has ever taken them."""
    count = never_started_count(clock.now())
    if count:
        logger.error("%s accepted messages were never started: are the workers running?", count)


def check_services_with_high_failure_rates_or_tv_numbers() -> None:
    """Log an error for each service whose texts fail often, or go to television numbers."""
    for texts in unusual_texts(clock.now()):
        if texts.fail_often:
            logger.error(
                "service %s: %s of %s texts failed for good within 24 hours",
                texts.service_id,
                texts.failed,
                texts.count,
            )
        if texts.go_to_television:
            logger.error(
                "service %s sent %s texts to numbers reserved for television within 24 hours",
                texts.service_id,
                texts.to_television_numbers,
            )


def check_low_available_inbound_numbers() -> None:
    """Log an error when few numbers are left to give to services, if there are any at all."""
    if not InboundNumber.objects.filter(active=True).exists():
        return  # an installation without received texts needs none
    free = InboundNumber.objects.free().count()
    if free <= FEW_NUMBERS:
        logger.error("%s inbound numbers are left to give to services: load more", free)
