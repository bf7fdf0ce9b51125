"""Fill a database with an installation at work: for measuring, for tests of plans, for pictures.

The same size gives the same rows, but for times, which are counted back from now. Needs the rights
of a superuser: what refers to each other is not looked up for each row.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from deploy import sample_rows
from notifications.models import HISTORY_COLUMNS
from notify_project import clock
from notify_project.encryption import encrypt
from services import api_keys, callbacks
from services.callback_secrets import signing_secrets
from services.creating import create_service
from services.models import Organisation, Service, ServiceCallbackApi, User
from templates_app.versions import create_template

EMAIL: Final = "sample@notify.example"
NAMES: Final = (
    *("Library reminders", "Parking permits", "Council tax", "School places", "Bin collections"),
    *("Planning", "Blue badges", "Registrars", "Elections", "Housing repairs"),
)
TEMPLATES: Final = (
    ("Reminder", "sms", "((name)), your ((thing)) is due on Friday."),
    ("Receipt", "email", "Dear ((name)),\n\n# Thank you\n\nWe have received your ((thing))."),
    ("Sign-in code", "sms", "((name)), your code for ((thing)) is 24680."),
    ("Decision", "email", "Dear ((name)),\n\nwe have decided about your ((thing)):\n\n* yes"),
    ("Appointment", "sms", "((name)): see you about your ((thing)) at ten."),
    ("Notice", "letter", "Dear ((name)),\n\nplease renew your ((thing))."),
)
PEOPLE: Final = ("Ada", "Bola", "Chidi", "Dilys", "Emrys", "Farah", "Gwen", "Hamid")
THINGS: Final = ("book", "permit", "badge")
# Dropping indexes pays from here on; what is smaller fits into a test's transaction.
REBUILD_FROM: Final = 500_000
BATCHES: Final = 10
BIG: Final = ("notifications", "notification_history", "callback_deliveries", "callback_attempts")
_PACE: Final = {
    "statement_timeout": "0",
    # The database may be looking through a table by itself.
    "lock_timeout": "0",
    "synchronous_commit": "off",
    "maintenance_work_mem": "1GB",
    "work_mem": "128MB",
}

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    services: int
    templates_each: int
    messages: int
    jobs: int
    calls: int
    events: int
    history_days: int
    days: int = 60
    waiting: int = 300


LOADED: Final = Size(50, 10, 5_000_000, 2000, 1_000_000, 300_000, history_days=26)
SMALL: Final = Size(10, 6, 6000, 40, 1500, 400, history_days=50, waiting=8)


def fill(size: Size, *, tell: Tell = lambda _: None) -> None:
    """Fill an empty, migrated database; PostgreSQL knows its new statistics afterwards."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in _PACE.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        values = _prepare(size, now)
        tell("services and templates")
        # What is compared with its history at the end of a transaction, now: it becomes older.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sample_rows.FUNCTIONS)
        cursor.execute(sample_rows.TEMPLATES, values)
        cursor.execute(sample_rows.JOBS, values)
        tell("jobs")
        for statement in sample_rows.AGES:
            cursor.execute(statement)
        with _without_indexes(cursor, size, tell):
            _fill_big(cursor, size, values, tell)
        cursor.execute("ANALYZE")
        for name in (*_PACE, "session_replication_role"):
            cursor.execute(f"RESET {name}")
    tell("statistics")


def _fill_big(cursor: Any, size: Size, values: dict[str, Any], tell: Tell) -> None:
    step = -(-size.messages // BATCHES)
    for first in range(1, size.messages + 1, step):
        last = min(first + step - 1, size.messages)
        cursor.execute(sample_rows.NOTIFICATIONS, values | {"first": first, "last": last})
        tell(f"{last:,} messages")
    cursor.execute(_history(), values)
    tell(f"{cursor.rowcount:,} rows of history")
    cursor.execute("SELECT to_regclass('delivery_events') IS NOT NULL")
    [has_events] = cursor.fetchone()
    for name, statement in (
        *([("answers of providers", sample_rows.EVENTS)] if has_events else []),
        ("calls of services", sample_rows.CALLS),
        ("attempts of them", sample_rows.ATTEMPTS),
        ("audit events", sample_rows.AUDIT),
        ("facts", sample_rows.FACTS),
        ("bills", sample_rows.BILLS),
        ("days", sample_rows.TIMES),
        ("received texts", sample_rows.TEXTS),
        ("periodic runs", sample_rows.RUNS),
        ("jobs with their rows", sample_rows.ROWS_OF_JOBS),
    ):
        cursor.execute(statement, values)
        tell(f"{cursor.rowcount:,} {name}")


def _history() -> str:
    apart = ("id", "job_id", "service_id", "template_id", "api_key_id", "created_at")
    shared = [name for name in HISTORY_COLUMNS if name not in apart]
    old = "created_at - interval '60 days'"
    return sample_rows.HISTORY.format(
        columns=", ".join(["id", "created_at", *shared]),
        old_columns=", ".join(["md5('old' || id)::uuid", old, *_without_references(shared)]),
    )


def _without_references(columns: list[str]) -> list[str]:
    """Return what the older rows of history select: a provider's reference is there once."""
    return ["NULL" if name == "reference" else name for name in columns]


def _prepare(size: Size, now: datetime) -> dict[str, Any]:
    """Make what is few by the use cases; return what the statements want to know."""
    person = _person()
    organisations = [
        Organisation.objects.create(name=f"{place} Council")
        for place in ("Northby", "Southby", "Eastby", "Westby")
    ]
    services = [
        _service(number, size, organisations[number % len(organisations)], person)
        for number in range(size.services)
    ]
    callers = [service.id for service in services[: max(2, size.services // 5)]]
    texts = [f'{{"name": "{name}", "thing": "{thing}"}}' for name in PEOPLE for thing in THINGS]
    return asdict(size) | {
        "services": [service.id for service in services],
        "service_count": size.services,
        "template_count": size.templates_each,
        "person": person.id,
        "callers": callers,
        "deaf": callers[1],
        "values": [encrypt(text) for text in texts],
        "payload": encrypt("{}"),
        "now": now,
        "since": now - timedelta(days=size.history_days),
    }


def _person() -> User:
    return User.objects.create(
        email_address=EMAIL, name="Sam Support", platform_admin=True, is_superuser=True
    )


def _service(number: int, size: Size, organisation: Organisation, person: User) -> Service:
    name = NAMES[number % len(NAMES)]
    service = create_service(
        name if number < len(NAMES) else f"{name} {number}",
        actor=None,
        organisation=organisation,
        service_id=_id("service", number),
        restricted=False,
        count_as_live=True,
        email_message_limit=1_000_000,
        sms_message_limit=1_000_000,
        letter_message_limit=20_000,
    )
    for kind, key_type in (("live", "normal"), ("team", "team"), ("test", "test")):
        api_keys.issue(service, kind, key_type, actor=person)
    for each in range(size.templates_each):
        words, kind, content = TEMPLATES[each % len(TEMPLATES)]
        columns: dict[str, Any] = {} if kind == "sms" else {"subject": "About your ((thing))"}
        if "code" in words:
            columns["process_type"] = "priority"
        create_template(
            service,
            name=words if each < len(TEMPLATES) else f"{words} {each}",
            template_type=kind,
            content=content,
            actor=person,
            template_id=_id(f"template {number}", each),
            as_operator=True,
            **columns,
        )
    if number < max(2, size.services // 5):
        _tell_of_status(service, person)
    return service


def _tell_of_status(service: Service, person: User) -> None:
    url = f"https://{service.normalised_service_name}.example.org/told"
    callbacks.set_callback(service, "delivery_status", url=url, token=str(service.id), actor=person)
    signing_secrets([ServiceCallbackApi.objects.get(service=service).id])


def _id(kind: str, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://notify.example/{kind}/{number}")


@contextmanager
def _without_indexes(cursor: Any, size: Size, tell: Tell) -> Iterator[None]:
    """Drop the big tables' indexes that belong to no constraint, and make them again at the end."""
    if size.messages < REBUILD_FROM:
        yield
        return
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = current_schema()"
        " AND tablename = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint c"
        " WHERE c.conname = i.indexname) ORDER BY 1",
        [list(BIG)],
    )
    indexes = list(cursor.fetchall())
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for name, definition in indexes:
        cursor.execute(definition)
        tell(f"index {name}")
