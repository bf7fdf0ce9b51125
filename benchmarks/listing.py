"""Ask for pages of the management API's lists and of the audit: with few rows, and with many."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

FEW, MANY = 300, 10_000
AUDIT_EVENTS = 300_000
PAGE = 250
ROUNDS = 15
FILL_AUDIT = """
    INSERT INTO audit_events (id, actor_kind, action, service_id, subject_type, subject_id, reason,
        request_id, created_at)
    SELECT gen_random_uuid(), 'system', 'update service', %(service)s, 'services.service',
        CASE WHEN n %% 1000 = 0 THEN %(subject)s ELSE n::text END, '', '',
        now() - interval '1 second' * n
    FROM generate_series(1, %(rows)s) n
"""
AUDIT = "/admin/notify_project/auditevent/"
# What a list wants to be asked with.
BESIDES = {"/service-statistics": "&start_date=2026-01-01&end_date=2026-01-31"}


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Fill every list twice; ask for its first page and for its last but one."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    world = _World(service["id"])
    world.fill(FEW)
    few = dict(world.pages())
    world.fill(MANY)
    many = dict(world.pages())
    rows: list[dict[str, Any]] = []
    for what, (statements, taken) in many.items():
        before, floor = few[what]
        rows.append(
            {
                "what": what,
                "statements": statements,
                "more_statements": statements - before,
                "few_ms": round(floor * 1000, 1),
                "many_ms": round(taken * 1000, 1),
                "share": round(taken / floor, 2),
            }
        )
    figures["list_more_statements"] = max(row["more_statements"] for row in rows)
    figures["list_share"] = max(row["share"] for row in rows)
    figures["list_page_ms"] = max(row["many_ms"] for row in rows)
    return rows


class _World:
    """A service with much of everything, and somebody who may see it all."""

    def __init__(self, service_id: str) -> None:
        from django.test import Client  # noqa: PLC0415

        from services import members, personal_tokens, senders  # noqa: PLC0415
        from services.models import Organisation, Service, User  # noqa: PLC0415

        staff, _ = User.objects.get_or_create(
            email_address="staff@example.org",
            defaults={"name": "Staff", "platform_admin": True, "is_superuser": True},
        )
        self.service = Service.objects.get(id=service_id)
        name = f"benchmark {uuid.uuid4()}"
        token = personal_tokens.issue(staff, name, actor=None, scope="write")
        self.client = Client(
            HTTP_AUTHORIZATION=f"Bearer {token.shown_once}", SERVER_NAME="127.0.0.1"
        )
        self.pages_client = Client(SERVER_NAME="127.0.0.1")
        self.pages_client.force_login(staff)
        if not Organisation.objects.exists():
            Organisation.objects.create(name="Benchmark")
        senders.add_reply_to(self.service, f"{uuid.uuid4()}@example.org")
        senders.add_letter_contact(self.service, f"{uuid.uuid4()}")
        members.add_member(self.service, staff, actor=None)

    def fill(self, count: int) -> None:
        """Copy a row of each list until there are so many."""
        from django.db import connection  # noqa: PLC0415

        for row, changes in self._kinds():
            have = type(row).objects.count()
            rows = [
                self._copy(row, number, changes(f"{count}-{number}"))
                for number in range(count - have)
            ]
            type(row).objects.bulk_create(rows, batch_size=2000)
        self._fill_team(count)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # longer than any page may take
            cursor.execute("TRUNCATE audit_events")
            values = {"service": str(self.service.id), "subject": str(self.service.id)}
            events = AUDIT_EVENTS * count // MANY
            cursor.execute(FILL_AUDIT, values | {"rows": events})
            cursor.execute("VACUUM ANALYZE")

    def _fill_team(self, count: int) -> None:
        from services.models import MemberPermission, ServiceUser, User  # noqa: PLC0415

        have = ServiceUser.objects.filter(service=self.service).count()
        people = User.objects.bulk_create(
            User(name="Member", email_address=f"{count}-{number}@example.org")
            for number in range(count - have)
        )
        ServiceUser.objects.bulk_create(
            ServiceUser(service=self.service, user=person) for person in people
        )
        MemberPermission.objects.bulk_create(
            MemberPermission(service=self.service, user=person, permission="view_activity")
            for person in people
        )

    def _kinds(self) -> Iterator[tuple[Any, Callable[[str], dict[str, Any]]]]:
        """Yield a row of each kind, and what a copy of it must have of its own."""
        from services import models  # noqa: PLC0415

        mine = {"service": self.service}
        kinds: dict[Any, Callable[[str], dict[str, Any]]] = {
            models.Organisation: lambda n: {"name": f"Organisation {n}"},
            models.Service: lambda n: {
                "name": f"Service {n}",
                "normalised_service_name": f"service.{n}",
                "email_sender_local_part": f"service.{n}",
            },
            models.PersonalToken: lambda n: {"name": n, "digest": f"{n:0>64}"},
            models.ApiKey: lambda n: {"name": n, "secret_digest": f"{n:0>64}"},
            models.ServiceSmsSender: lambda n: {"sms_sender": n, "is_default": False},
            models.ServiceEmailReplyTo: lambda n: {
                "email_address": f"{n}@example.org",
                "is_default": False,
            },
            models.ServiceLetterContact: lambda n: {"contact_block": n, "is_default": False},
        }
        for model, changes in kinds.items():
            is_mine = hasattr(model, "service") and model is not models.PersonalToken
            rows = model.objects.filter(**(mine if is_mine else {}))
            yield rows.order_by("created_at")[0], changes

    def _copy(self, row: Any, number: int, changes: dict[str, Any]) -> Any:
        values = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields  # noqa: SLF001 - Django's public Meta
            if field.attname != "id"
        }
        created_at = row.created_at - timedelta(seconds=number)
        return type(row)(**values | {"created_at": created_at} | changes)

    def pages(self) -> Iterator[tuple[str, tuple[int, float]]]:
        """Yield what is asked, with how many statements it takes and how many seconds."""
        for path in self._lists():
            first = f"{path}?page_size={PAGE}{BESIDES.get(path, '')}"
            yield f"{path}, first page", self._ask(self.client, first)
            yield f"{path}, last page but one", self._ask(self.client, self._far(first))
        by_subject = f"{AUDIT}?q={self.service.id}"
        for path in (AUDIT, f"{AUDIT}?p=19", by_subject):
            what = path.replace(str(self.service.id), "<id>")
            yield what, self._ask(self.pages_client, path)

    def _lists(self) -> list[str]:
        from notify_project.documentation.management import document  # noqa: PLC0415

        return [
            path.format(service_id=self.service.id)
            for path, methods in document("https://benchmark")["paths"].items()
            if any(
                each["name"] == "cursor" for each in methods.get("get", {}).get("parameters", [])
            )
            and path.count("{") == path.count("{service_id}")
        ]

    def _far(self, path: str) -> str:
        """Return the address of the page before the last."""
        before, here = path, path
        while (following := self.client.get(here).json()["links"]["next"]) is not None:
            before, here = here, following
        return before

    def _ask(self, client: Any, path: str) -> tuple[int, float]:
        from django.db import connection  # noqa: PLC0415
        from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
        statements = len(asked)  # the next request forgets them
        best = float("inf")
        for _ in range(ROUNDS):
            started = time.perf_counter()
            client.get(path)
            best = min(best, time.perf_counter() - started)
        return statements, best
