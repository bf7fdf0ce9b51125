"""Ask for the pages of the admin site with five million messages behind them.

Given DATABASE_URL of a database that was filled before, this takes it as it is: what the pages
show of today is then as old as the filling.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlencode

ROUNDS: Final = 50
Ask = Callable[[], tuple[str, dict[str, str]]]


def measure(_: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Fill the database unless it is full; time each page, of another row each time."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    from django.test import Client  # noqa: PLC0415

    from deploy import sample  # noqa: PLC0415
    from services.models import User  # noqa: PLC0415

    if not User.objects.filter(email_address=sample.EMAIL).exists():
        began = time.perf_counter()
        sample.fill(sample.LOADED, tell=lambda what: _tell(began, what))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(email_address=sample.EMAIL))
    rows = [_timed(client, name, ask) for name, ask in _Pages().asked()]
    figures["admin_page_p95_ms"] = max(row["p95_ms"] for row in rows)
    figures["admin_page_queries"] = max(row["queries"] for row in rows)
    return rows


def _tell(began: float, what: str) -> None:
    print(f"  {time.perf_counter() - began:6.1f} s  {what}", flush=True)


def _timed(client: Any, name: str, ask: Ask) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    taken, queries = [], 0
    for number in range(ROUNDS + 1):
        path, asked = ask()
        with CaptureQueriesContext(connection) as captured:
            started = time.perf_counter()
            answer = client.get(f"{path}?{urlencode(asked)}" if asked else path, follow=True)
            seconds = time.perf_counter() - started
        if answer.status_code != 200:
            raise SystemExit(f"{path} {asked}: {answer.status_code}")
        # The first request of a process loads what the others find.
        if number:
            taken.append(seconds * 1000)
            queries = max(queries, len(captured))
    taken.sort()
    return {
        "page": name,
        "queries": queries,
        "p50_ms": round(taken[len(taken) // 2], 1),
        "p95_ms": round(taken[int(len(taken) * 0.95)], 1),
        "longest_ms": round(taken[-1], 1),
    }


class _Pages:
    """Whom and what to ask for: the same rows in each run on the same data."""

    def __init__(self) -> None:
        from notifications.models import CallbackDelivery, Job, Notification  # noqa: PLC0415
        from services.models import ApiKey, Service  # noqa: PLC0415
        from templates_app.models import Template  # noqa: PLC0415

        self.chance = random.Random(7)  # noqa: S311 - no secret
        self.messages = self._ids(Notification)
        self.jobs, self.calls = self._ids(Job), self._ids(CallbackDelivery)
        self.templates, self.keys = self._ids(Template), self._ids(ApiKey)
        # The biggest, and any.
        services = list(Service.objects.order_by("created_at").values_list("id", flat=True))
        self.services = [services[0], *self.chance.sample(services, 9)]

    def _ids(self, model: Any) -> list[Any]:
        """Return ids of rows, spread over the whole table by what ids begin with."""
        rows = model.objects.order_by("id")
        found = []
        for number in range(40):
            begin = f"{int(self.chance.random() * 2**32):08x}-0000-4000-8000-000000000000"
            found += rows.filter(id__gte=begin).values_list("id", flat=True)[:1] or rows[:1]
            assert len(found) <= number + 1  # noqa: S101
        return found

    def asked(self) -> Iterator[tuple[str, Ask]]:
        """Yield each page's name with what asks for it; of pages that are not there, nothing."""
        from django.urls import NoReverseMatch, reverse  # noqa: PLC0415

        for words, name, chosen, asked in self._wanted():
            try:
                reverse(f"admin:{name}", args=[self.services[0]] if chosen else [])
            except NoReverseMatch:
                continue
            yield words, self._ask(name, chosen, asked)

    def _ask(self, name: str, chosen: list[Any], asked: dict[str, Any]) -> Ask:
        from django.urls import reverse  # noqa: PLC0415

        def ask() -> tuple[str, dict[str, str]]:
            arguments = [self.chance.choice(chosen)] if chosen else []
            values = {key: each() if callable(each) else each for key, each in asked.items()}
            return reverse(f"admin:{name}", args=arguments), {k: str(v) for k, v in values.items()}

        return ask

    def _wanted(self) -> list[tuple[str, str, list[Any], dict[str, Any]]]:
        messages, calls = "notifications_notification", "notifications_callbackdelivery"
        one_of = self.chance.choice
        of_a_service = {"service": lambda: one_of(self.services)}
        failed = of_a_service | {"status": "permanent-failure", "notification_type": "sms"}
        subject = {"q": lambda: one_of(self.services)}
        case = {"q": lambda: f"case {3 * self.chance.randint(1, 1_600_000)}"}
        return [
            ("home", "index", [], {}),
            ("find by id", "find", [], {"q": lambda: one_of(self.messages)}),
            ("find by reference", "find", [], case),
            ("a message", f"{messages}_change", self.messages, {}),
            ("messages", f"{messages}_changelist", [], {}),
            ("messages that are created", f"{messages}_changelist", [], {"status": "created"}),
            ("technical failures", f"{messages}_changelist", [], {"status": "technical-failure"}),
            ("letters with a virus", f"{messages}_changelist", [], {"status": "virus-scan-failed"}),
            ("messages of a service", f"{messages}_changelist", [], of_a_service),
            ("failed texts of a service", f"{messages}_changelist", [], failed),
            ("messages by id", f"{messages}_changelist", [], {"q": lambda: one_of(self.messages)}),
            ("calls", f"{calls}_changelist", [], {}),
            ("calls given up", f"{calls}_changelist", [], {"state__exact": "given-up"}),
            ("a call", f"{calls}_change", self.calls, {}),
            ("jobs", "notifications_job_changelist", [], {}),
            ("a job", "notifications_job_change", self.jobs, {}),
            ("a service", "services_service_change", self.services, {}),
            ("a service at a glance", "services_service_overview", self.services, {}),
            ("services", "services_service_changelist", [], {}),
            ("statistics", "notifications_servicestatistics_change", self.services, {}),
            ("a template", "templates_app_template_change", self.templates, {}),
            ("templates", "templates_app_template_changelist", [], {}),
            ("a key", "services_apikey_change", self.keys, {}),
            ("audit events", "notify_project_auditevent_changelist", [], {}),
            ("audit events of a service", "notify_project_auditevent_changelist", [], subject),
            ("history of messages", "notifications_notificationhistory_changelist", [], {}),
            ("received texts", "notifications_inboundsms_changelist", [], {}),
            ("holds", "notifications_hold_changelist", [], {}),
            ("bulk actions", "notifications_bulkaction_changelist", [], {}),
            ("daily bills", "billing_factbilling_changelist", [], {}),
        ]
