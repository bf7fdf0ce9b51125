"""Is it all right? What is not, in words, with the page that shows it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from notify_project.admin.links import find_url
from notify_project.monitoring import gauges
from notify_project.monitoring.alerts import ALERTS
from notify_project.monitoring.figures import Figures
from notify_project.monitoring.gauges import Reading
from notify_project.monitoring.times import in_words

_GAUGES: Final = {gauge.name: gauge for gauge in gauges.ALL}
# Of more findings of one kind the worst is said, and how many there are.
MOST_ALIKE: Final = 3
_MESSAGES: Final = "admin:notifications_notification_changelist"
_QUEUES: Final = "admin:django_rq_dashboard_changelist"
_BATCHES: Final = "admin:notifications_letterprintbatch_changelist"


@dataclass(frozen=True, slots=True)
class Words:
    """How an alert is said: ``{label}``, ``{count}`` and ``{time}`` stand for its reading."""

    text: str
    page: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not right, and where to look; severe if messages are held up by it."""

    text: str
    link: str
    is_severe: bool = True


WORDS: Final[dict[str, Words]] = {
    "QueueUnread": Words("No worker reads the queue {label}", _QUEUES),
    "NeverStarted": Words(
        "{count} accepted messages have been taken by no worker",
        _MESSAGES,
        (("status", "created"),),
    ),
    "LaneBehind": Words(
        "The lane {label} is behind: its oldest message has waited {time}",
        _MESSAGES,
        (("status", "created"),),
    ),
    "BulkBehind": Words(
        "Rows of large spreadsheets have waited {time}", "admin:notifications_job_changelist"
    ),
    "QueueBehind": Words("The queue {label} is behind: {time}", _QUEUES),
    "PatientQueueBehind": Words("The queue {label} is behind: {time}", _QUEUES),
    "TasksFailed": Words("Tasks of the queue {label} failed, the first {time} ago", _QUEUES),
    "OutboxBehind": Words(
        "Services are told late what became of their messages: {time}",
        "admin:notifications_callbackdelivery_changelist",
        (("state", "waiting"),),
    ),
    "ProviderSilent": Words(
        "{label} took {count} messages in ten minutes and answered for none",
        "admin:notifications_providerdetails_changelist",
    ),
    "PeriodicTaskLate": Words(
        "The periodic task {label} is {time} late",
        "admin:notify_project_periodicrun_changelist",
        (("q", "{label}"),),
    ),
    "HeldForLong": Words(
        "A {label} has been held for {time}",
        "admin:notifications_hold_changelist",
    ),
    "LettersFailed": Words(
        "{count} letters could not be made or printed",
        _MESSAGES,
        (("notification_type", "letter"), ("status", "technical-failure")),
    ),
    "LettersNotScanned": Words(
        "A letter has waited {time} for its virus check",
        _MESSAGES,
        (("notification_type", "letter"), ("status", "pending-virus-check")),
    ),
    "LettersNotPrinted": Words(
        "A letter has been in no print run for {time}",
        _MESSAGES,
        (("notification_type", "letter"), ("status", "created")),
    ),
    "PrintBatchesLate": Words(
        "A print batch is not with the printer after {time}",
        _BATCHES,
        (("state__exact", "{label}"),),
    ),
    "PrintBatchesUnclear": Words(
        "Nobody can say whether the printer has {count} print batches",
        _BATCHES,
        (("state__exact", "unclear"),),
    ),
    "LettersNotReported": Words(
        "The printer has said nothing about a letter for {time}",
        _MESSAGES,
        (("notification_type", "letter"), ("status", "sending")),
    ),
    "TemplateChangesLate": Words(
        "{count} approved changes of templates were not published in time",
        "admin:templates_app_templatechange_changelist",
        (("state__exact", "approved"),),
    ),
}


def readings_of(figures: Figures) -> list[Reading]:
    """Return the readings of all parts; what an earlier release kept is left out."""
    return [
        Reading(_GAUGES[name], value, tuple(labels))
        for part in figures.parts.values()
        for name, value, *labels in part.get("readings", [])
        if name in _GAUGES
    ]


def findings(figures: Figures) -> list[Finding]:
    """Return what is not right, the worst first."""
    found = [*_away(figures), *_alerts(figures), *_providers(figures), *_smaller(figures)]
    return sorted(found, key=lambda each: not each.is_severe)


def _away(figures: Figures) -> Iterator[Finding]:
    if "queues" in figures.missing:
        yield Finding("Redis does not answer: messages still go out, but later", "")
    if not figures.parts.get("the scheduler", {"alive": True})["alive"]:
        yield Finding("No scheduler runs: nothing is tried again", "")


def _alerts(figures: Figures) -> Iterator[Finding]:
    readings = readings_of(figures)
    for alert in ALERTS:
        raised = sorted(filter(alert.is_raised_by, readings), key=lambda each: -each.value)
        told = raised if len(raised) <= MOST_ALIKE else raised[:1]
        for reading in told:
            finding = _said(WORDS[alert.name], reading)
            more = len(raised) - len(told)
            yield replace(finding, text=f"{finding.text}, and {more} like it") if more else finding


def _said(words: Words, reading: Reading) -> Finding:
    told = {
        "label": reading.labels[0] if reading.labels else "",
        "count": f"{reading.value:,.0f}",
        "time": in_words(timedelta(seconds=reading.value)),
    }
    query = {name: value.format(**told) for name, value in words.query}
    return Finding(words.text.format(**told), find_url(words.page, **query))


def _providers(figures: Figures) -> Iterator[Finding]:
    for row in figures.parts.get("providers", {}).get("rows", []):
        page = "admin:notifications_providerdetails_change"
        if row["open_since"]:
            yield Finding(f"{row['name']} is left alone: its calls fail", find_url(page, row["id"]))
        elif row["calls"] and row["errors"] / row["calls"] >= 0.25:
            share = f"{row['errors'] / row['calls']:.0%}"
            yield Finding(
                f"{share} of the calls of {row['name']} failed within the hour",
                find_url(page, row["id"]),
            )


def _smaller(figures: Figures) -> Iterator[Finding]:
    dead = figures.parts.get("callbacks", {}).get("dead", 0)
    if dead:
        yield Finding(
            f"{dead} addresses of services do not answer",
            find_url("admin:notifications_failingendpoint_changelist", dead_since__isempty=0),
            is_severe=False,
        )
    for name, run_id in figures.parts.get("periodic tasks", {}).get("failed", []):
        yield Finding(
            f"The last run of {name} failed",
            find_url("admin:notify_project_periodicrun_change", run_id),
            is_severe=False,
        )
