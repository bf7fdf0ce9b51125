"""How long a service of a file keeps its messages."""

from services.models import Service
from services.retention import days_of_retention, set_retention
from templates_app.configuration.declarations import DeclaredService
from templates_app.configuration.report import Report

CHANNELS = ("email", "sms", "letter")


def apply_retention(entry: DeclaredService, service: Service, report: Report, what: str) -> None:
    """Keep each channel's messages for the days that the file says.

    Raises:
        InvalidRetention: a number of days is not possible.
    """
    for channel in CHANNELS:
        if entry.retention is None or not entry.retention.gives(channel):
            continue
        before, days = days_of_retention(service.id, channel), getattr(entry.retention, channel)
        if set_retention(service, channel, days, actor=None):
            report.changed(what, {f"days of {channel}": (before, days)})
