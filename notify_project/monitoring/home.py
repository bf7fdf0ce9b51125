"""The home page of the admin site: is it all right?"""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils.safestring import SafeString

from notify_project import clock
from notify_project.admin.charts import Series, bars
from notify_project.admin.links import find_url
from notify_project.clock import LONDON, london_midnight
from notify_project.constants import LANES, NotificationType, Queue
from notify_project.monitoring import gauges
from notify_project.monitoring.figures import Figures, Part
from notify_project.monitoring.gauges import Gauge
from notify_project.monitoring.kept import figures
from notify_project.monitoring.times import in_words
from notify_project.monitoring.verdict import findings, readings_of

# Who may see how providers do may see how the platform does.
PERMISSION: Final = "notifications.view_providerdetails"
KINDS: Final = {
    NotificationType.SMS.value: "texts",
    NotificationType.EMAIL.value: "emails",
    NotificationType.LETTER.value: "letters",
}
_ATTENTIVE: Final = timedelta(minutes=1)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the home page shows to its context; people of services see no figures."""
    context["title"] = "Is it all right?"
    if not request.user.has_perm(PERMISSION):
        return context
    now = clock.now()
    found = figures(now, refresh="refresh" in request.GET)
    wrong = findings(found)
    return {
        **context,
        "has_figures": True,
        "read_at": found.at.astimezone(LONDON),
        "missing": found.missing,
        "findings": wrong,
        "verdict": _verdict(len(wrong), found.missing),
        "is_bad": any(each.is_severe for each in wrong),
        "lanes": _lanes(found),
        "waited_since": _instant(found.parts.get("hand-over times", {}).get("since")),
        "providers": [_provider(row) for row in found.parts.get("providers", {}).get("rows", [])],
        "callbacks": _callbacks(found),
        "stuck": _stuck(found),
        "notices": found.parts.get("notices", {}).get("rows", []),
        **_volumes(found),
    }


def _verdict(wrong: int, missing: tuple[str, ...]) -> str:
    if not wrong:
        return "All is well, as far as can be seen" if missing else "All is well"
    return "One thing needs a look" if wrong == 1 else f"{wrong} things need a look"


def _values(found: Figures, gauge: Gauge) -> dict[str, float]:
    return {
        each.labels[0] if each.labels else "": each.value
        for each in readings_of(found)
        if each.gauge is gauge
    }


def _lanes(found: Figures) -> list[dict[str, Any]]:
    waiting, oldest = _values(found, gauges.LANE_WAITING), _values(found, gauges.LANE_OLDEST)
    times = found.parts.get("hand-over times", {})
    waited = {lane["lane"]: lane for lane in times.get("lanes", [])}
    return [
        {
            "name": lane.label,
            "waiting": waiting.get(lane.value),
            "oldest": _time(oldest.get(lane.value, 0)) if waiting.get(lane.value) else "",
            "handed_over": waited.get(lane.value, {}).get("messages"),
            "times": [
                "over 4 h" if seconds is None else in_words(timedelta(seconds=seconds))
                for seconds in waited[lane.value]["seconds"]
            ]
            if waited.get(lane.value, {}).get("messages")
            else ["", "", ""],
        }
        for lane in LANES
        if lane is not Queue.RESEARCH_MODE
    ]


def _provider(row: Part) -> Part:
    calls, taken = row["calls"], row["taken"]
    state, look = "in use", "is-well"
    if row["open_since"]:
        since = _instant(row["open_since"])
        state, look = f"left alone since {since:%H:%M}", "is-bad"
    elif not row["active"]:
        state, look = "off", ""
    return {
        **row,
        "link": find_url("admin:notifications_providerdetails_change", row["id"]),
        "kind": KINDS[row["type"]],
        "state": state,
        "look": look,
        "error_rate": f"{row['errors'] / calls:.1%}" if calls else "",
        "receipt_rate": f"{row['answered'] / taken:.0%}" if taken and row["gives_receipts"] else "",
    }


def _callbacks(found: Figures) -> dict[str, Any]:
    part = found.parts.get("callbacks", {})
    waiting = _values(found, gauges.OUTBOX_WAITING).get("")
    return {
        "waiting": waiting,
        "oldest": _time(_values(found, gauges.OUTBOX_OLDEST).get("", 0)) if waiting else "",
        "failing": part.get("failing"),
        "dead": part.get("dead"),
        "link": find_url("admin:notifications_callbackdelivery_changelist", state__exact="waiting"),
        "failing_link": find_url("admin:notifications_failingendpoint_changelist"),
    }


def _stuck(found: Figures) -> list[dict[str, Any]]:
    """Return what waits for a person, each with a number and its list."""
    messages = "admin:notifications_notification_changelist"
    letters = _values(found, gauges.LETTERS)
    batches = _values(found, gauges.PRINT_BATCHES)
    failed = _values(found, gauges.FAILED_TASKS)
    late = _values(found, gauges.PERIODIC_LATE)
    rows = [
        (
            "never taken by a worker",
            _values(found, gauges.NEVER_STARTED).get(""),
            find_url(messages, status="created"),
        ),
        (
            "with a provider for more than a day",
            found.parts.get("callbacks", {}).get("sending"),
            find_url(messages, status="sending"),
        ),
        (
            "letters that failed here",
            letters.get("technical-failure"),
            find_url(messages, notification_type="letter", status="technical-failure"),
        ),
        (
            "letters with the printer",
            letters.get("sending"),
            find_url(messages, notification_type="letter", status="sending"),
        ),
        (
            "print batches that are unclear",
            batches.get("unclear"),
            find_url("admin:notifications_letterprintbatch_changelist", state__exact="unclear"),
        ),
        (
            "failed tasks",
            sum(failed.values()) if failed else None,
            find_url("admin:django_rq_dashboard_changelist"),
        ),
        (
            "periodic tasks that are late",
            sum(value > _ATTENTIVE.total_seconds() for value in late.values()) if late else None,
            find_url("admin:notify_project_periodicrun_changelist"),
        ),
    ]
    return [{"name": name, "count": count, "link": link} for name, count, link in rows]


def _volumes(found: Figures) -> dict[str, Any]:
    part = found.parts.get("volumes")
    if part is None:
        return {}
    today, yesterday, last_week = part["days"]
    so_far = part["so_far"]
    return {
        "volumes": [
            {
                "name": words,
                "today": _total(today, kind),
                "yesterday": _total(yesterday, kind, so_far),
                "last_week": _total(last_week, kind, so_far),
            }
            for kind, words in KINDS.items()
        ],
        "volumes_at": _instant(part["counted_at"]),
        "volumes_chart": _chart(today, yesterday, last_week),
    }


def _total(day: Part, kind: str, hours: int | None = None) -> int:
    return sum(number or 0 for number in day["by_type"][kind][:hours])


def _chart(today: Part, yesterday: Part, last_week: Part) -> SafeString:
    begin = london_midnight(date.fromisoformat(today["day"]))
    hours = len(today["by_type"][NotificationType.SMS])
    labels = [f"{(begin + timedelta(hours=n)).astimezone(LONDON):%H:%M}" for n in range(hours)]
    return bars(
        "Messages accepted today, by hour in London",
        labels,
        [Series(words, today["by_type"][kind]) for kind, words in KINDS.items()],
        beside=[
            Series("all, yesterday", _all(yesterday, hours)),
            Series("all, a week ago", _all(last_week, hours)),
        ],
    )


def _all(day: Part, hours: int) -> list[float | None]:
    """Add up the types; a day with an hour more or less is cut, or ends early."""
    sums: list[float | None] = [
        None if None in numbers else sum(numbers)
        for numbers in zip(*day["by_type"].values(), strict=True)
    ]
    return (sums + [None] * hours)[:hours]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(LONDON)


def _time(seconds: float) -> str:
    return in_words(timedelta(seconds=seconds))
