"""Which pages of the admin site are asked for, and of which rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

SEED: Final = 7
MESSAGES: Final = "admin:notifications_notification_changelist"
CALLS: Final = "admin:notifications_callbackdelivery_changelist"
EVENTS: Final = "admin:notify_project_auditevent_changelist"
NOT_TAKEN: Final = "admin:notifications_providerdetails_not_taken"
HISTORY: Final = "admin:notifications_notificationhistory_changelist"
STATUSES: Final = (
    *("failed", "waiting", "created", "sending", "delivered", "sent", "cancelled"),
    *("permanent-failure", "temporary-failure", "technical-failure"),
    *("virus-scan-failed", "validation-failed", "returned-letter"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: an address with what it is asked, or a form that is posted to it."""

    path: str
    values: dict[str, str]
    posted: bool = False


Ask = Callable[[], Asked]


class Pages:
    """Whom and what to ask for: the same rows in each run on the same data."""

    def __init__(self) -> None:
        from notifications.models import CallbackDelivery, Job, Notification  # noqa: PLC0415
        from services.models import ApiKey, Service, User  # noqa: PLC0415
        from templates_app.models import Template  # noqa: PLC0415

        self.chance = random.Random(SEED)  # noqa: S311 - no secret
        self.messages = self._ids(Notification)
        self.jobs, self.calls = self._ids(Job), self._ids(CallbackDelivery)
        self.templates, self.keys = self._ids(Template), self._ids(ApiKey)
        self.people = list(User.objects.values_list("id", flat=True)[:9])
        # The biggest, and any.
        services = list(Service.objects.order_by("created_at").values_list("id", flat=True))
        self.biggest = services[:1]
        self.services = [*self.biggest, *self.chance.sample(services, 9)]

    def _ids(self, model: Any) -> list[Any]:
        """Return ids of rows, spread over the whole table by what ids begin with."""
        rows = model.objects.order_by("id")
        found: list[Any] = []
        for _ in range(40):
            begin = f"{int(self.chance.random() * 2**32):08x}-0000-4000-8000-000000000000"
            found += rows.filter(id__gte=begin).values_list("id", flat=True)[:1] or rows[:1]
        return found

    def asked(self) -> Iterator[tuple[str, Ask]]:
        """Yield each page's name with what asks for it."""
        yield "home, read anew", self._ask("admin:index", before=_forget_figures)
        yield "home", self._ask("admin:index")
        yield from self._finding()
        yield from self._messages()
        for words, name, values in self._lists():
            yield words, self._ask(name, values=values)
        for words, name, chosen in self._single():
            yield words, self._ask(name, chosen)

    def _ask(
        self,
        name: str,
        chosen: list[Any] | None = None,
        *,
        values: dict[str, Any] | None = None,
        posted: bool = False,
        before: Callable[[], None] | None = None,
    ) -> Ask:
        from django.urls import reverse  # noqa: PLC0415

        def ask() -> Asked:
            if before is not None:
                before()
            arguments = [self.chance.choice(chosen)] if chosen else []
            given = {
                key: each() if callable(each) else each for key, each in (values or {}).items()
            }
            texts = {key: str(each) for key, each in given.items()}
            return Asked(reverse(name, args=arguments), texts, posted)

        return ask

    def _finding(self) -> Iterator[tuple[str, Ask]]:
        number, any_of = self.chance.randint, self.chance.choice
        terms: dict[str, Callable[[], Any]] = {
            "id": lambda: any_of(self.messages),
            "reference": lambda: f"case {3 * number(1, 1_600_000)}",
            "reference of many": lambda: f"campaign {number(0, 39)}",
            "number": lambda: f"07700 9{number(0, 89_999):05}",
            "address": lambda: f"reader{number(0, 89_999)}@example.org",
            "name": lambda: any_of(["Library", "overdue 12", "Receipt", "live"]),
            "nothing": lambda: f"nobody {number(0, 10**9)}",
        }
        for words, term in terms.items():
            values = {"term": term, "reason": "measuring"}
            yield f"find by {words}", self._ask("admin-find", values=values, posted=True)

    def _messages(self) -> Iterator[tuple[str, Ask]]:
        yield "messages", self._ask(MESSAGES)
        yield "messages by id", self._ask(MESSAGES, values={"q": self._any(self.messages)})
        for status in STATUSES:
            yield f"messages: {status}", self._ask(MESSAGES, values={"status": status})
        narrowed = self._filters()
        for name, values in narrowed.items():
            yield f"messages by {name}", self._ask(MESSAGES, values=values)
        for one, other in combinations(narrowed, 2):
            values = narrowed[one] | narrowed[other]
            yield f"messages by {one} and {other}", self._ask(MESSAGES, values=values)

    def _any(self, rows: Any) -> Callable[[], Any]:
        return lambda: self.chance.choice(rows)

    def _filters(self) -> dict[str, dict[str, Any]]:
        return {
            "time": {"period": self._any(["today", "yesterday", "week"])},
            "status": {"status": self._any(STATUSES)},
            "type": {"notification_type": self._any(["sms", "email", "letter"])},
            "service": {"service__id__exact": self._any(self.services)},
            "template": {"template": self._any(self.templates)},
            "provider": {"provider": self._any(["mmg", "firetext", "smtp", "dvla", "ses"])},
            "key": {"key_type": self._any(["normal", "team", "test"])},
            "lane": {"lane": self._any(["priority", "normal", "bulk", "letters", "research-mode"])},
            "reference": {"reference": lambda: f"campaign {self.chance.randint(0, 39)}"},
            "job": {"job": self._any(self.jobs)},
            "api key": {"api_key": self._any(self.keys)},
        }

    def _lists(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        of_service = {"service__id__exact": self._any(self.services)}
        for name in (CALLS, HISTORY, "admin:notifications_job_changelist"):
            words = name.rpartition("_")[0].rpartition("_")[2]
            yield words, name, {}
            yield f"{words} of a service", name, of_service
            yield f"{words} of a week", name, {"period": "week"}
        for state in ("waiting", "done", "given-up", "dropped"):
            yield f"calls: {state}", CALLS, {"state": state}
        for status in ("failed", "virus-scan-failed", "delivered"):
            yield f"history: {status}", HISTORY, {"status": status}
        yield "history by provider", HISTORY, {"provider": self._any(["mmg", "dvla", "ses"])}
        yield "audit events", EVENTS, {}
        yield "audit events of a service", EVENTS, {"q": self._any(self.services)}
        yield "audit events of an action", EVENTS, {"action": self._any(["look at message", "no"])}
        yield "audit events of a person", EVENTS, {"actor__id__exact": self._any(self.people)}
        yield "templates of a service", "admin:templates_app_template_changelist", of_service
        yield "template usage", "template-usage", {"days": self._any(["7", "30", "365"])}
        usage = {"service": self._any(self.services), "days": self._any(["7", "30"])}
        yield "template usage of a service", "template-usage", usage
        for page in (
            *("services_service", "services_apikey", "services_user", "services_organisation"),
            *("services_servicecallbackapi", "templates_app_template"),
            *("templates_app_templatehistory", "templates_app_templatechange"),
            *("notifications_inboundsms", "notifications_hold", "notifications_bulkaction"),
            *("notifications_reportrequest", "notifications_servicestatistics"),
            *("notifications_providerdetails", "notifications_failingendpoint"),
            *("notifications_letterprintbatch", "notifications_returnedletter"),
            *("notifications_suppressedrecipient", "notifications_personrequest"),
            *("notifications_document", "notify_project_periodicrun", "django_rq_dashboard"),
            *("billing_factbilling", "billing_budget", "billing_annualbilling"),
        ):
            yield f"list: {page.partition('_')[2]}", f"admin:{page}_changelist", {}

    def _single(self) -> Iterator[tuple[str, str, list[Any]]]:
        from billing.models import FactBilling  # noqa: PLC0415
        from notifications.models import (  # noqa: PLC0415
            InboundSms,
            NotificationHistory,
            ProviderDetails,
        )
        from notify_project.models import AuditEvent  # noqa: PLC0415

        bills = list(FactBilling.objects.order_by("-bst_date").values_list("pk", flat=True)[:40])
        statistics = "admin:notifications_servicestatistics_change"
        return iter(
            [
                ("a message", "admin:notifications_notification_change", self.messages),
                (
                    *("history of a message", "admin:notifications_notificationhistory_change"),
                    self._ids(NotificationHistory),
                ),
                ("a call", "admin:notifications_callbackdelivery_change", self.calls),
                ("a job", "admin:notifications_job_change", self.jobs),
                ("a received text", "admin:notifications_inboundsms_change", self._ids(InboundSms)),
                ("the biggest service", "service-overview", self.biggest),
                ("a service", "service-overview", self.services),
                ("settings of a service", "admin:services_service_change", self.services),
                ("statistics of the biggest service", statistics, self.biggest),
                ("statistics of a service", statistics, self.services),
                ("a template", "admin:templates_app_template_change", self.templates),
                ("a key", "admin:services_apikey_change", self.keys),
                ("use of a key", "admin:notifications_notification_key_use", self.keys),
                ("a person", "admin:services_user_change", self.people),
                (
                    *("what a provider did not take", NOT_TAKEN),
                    list(ProviderDetails.objects.values_list("id", flat=True)),
                ),
                (
                    *("an audit event", "admin:notify_project_auditevent_change"),
                    self._ids(AuditEvent),
                ),
                ("usage of a day", "admin:billing_factbilling_change", bills),
            ]
        )


def _forget_figures() -> None:
    """Let the home page read everything, as it does once a minute."""
    from notify_project.monitoring import kept  # noqa: PLC0415
    from notify_project.redis_connection import ask_redis  # noqa: PLC0415

    ask_redis("forget", lambda redis: redis.delete(kept.KEY, kept.READING_KEY))
