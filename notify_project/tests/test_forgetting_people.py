"""Two hundred people in every store, some erased: no trace is left of these, all of the others."""

import base64
import json
import re
import zlib
from dataclasses import asdict
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client

from billing.sent import groups_of
from notifications import lifecycle
from notifications.acceptance.deferred import list_deferred
from notifications.acceptance.modes import AcceptMode, switch_mode
from notifications.acceptance.tasks import persist_deferred
from notifications.jobs.missing import is_complete
from notifications.jobs.rows import persist_range
from notifications.models import Notification
from notifications.receipts.complaints import record
from notifications.statuses import Status
from notifications.suppression.entries import suppress
from notifications.tests.jobs.conftest import Mailings
from notifications.tests.jobs.test_rows import differing_rows
from notifications.tests.receipts.test_complaints import notice
from notifications.tests.received_texts.test_readers import MMG
from notifications.tests.received_texts.test_views import basic
from notifications.tests.world import World, add_service
from notifications.unsubscribe.links import unsubscribe_url
from notify_project import clock
from notify_project.constants import Queue
from notify_project.encryption import decrypt
from notify_project.queues import enqueue
from services.callbacks import set_callback
from services.guest_list import replace_guest_list
from services.inbound_numbers import allocate_number
from services.tests.factories import InboundNumberFactory
from templates_app.tests.factories import TemplateFactory

PEOPLE = 200
WITH_EVERYTHING = range(0, PEOPLE, 10)
ERASED = frozenset(WITH_EVERYTHING[:5])
ROWS_STORED = 150
TRACE = re.compile(
    r"person\.(\d{3})@people\.example|7900 ?900 ?(\d{3})\b|name(\d{3})x|(\d{3}) ?elm ?road",
    re.IGNORECASE,
)


def email(n):
    return f"Person.{n:03}@People.example"


def phone(n):
    return f"07900 900{n:03}"


def people_in(text):
    """Return the numbers of the people of whom a text has a trace."""
    return {int(next(filter(None, found))) for found in TRACE.findall(text)}


class Planted:
    """A service that has dealt with everybody, in all ways."""

    def __init__(self):
        self.world = World()
        permissions = ("email", "sms", "letter", "inbound_sms")
        self.service = add_service(
            self.world,
            "LIVE",
            *permissions,
            contact_link="https://example.org",
            deferred_persistence=False,
        )
        for kind in ("delivery_status", "inbound_sms", "complaint"):
            url = "https://example.org/told"
            set_callback(self.service, kind, url=url, token="t" * 10, actor=None)
        self.templates = {
            "sms": TemplateFactory(service=self.service),
            "email": TemplateFactory(service=self.service, email=True, has_unsubscribe_link=True),
            "file": TemplateFactory(service=self.service, email=True, content="((name)) ((file))"),
            "letter": TemplateFactory(service=self.service, letter=True),
        }
        InboundNumberFactory(number="07700901456")
        allocate_number(self.service, "07700901456", actor=None)
        guests = [email(0), phone(0), email(1)]
        replace_guest_list(self.service, guests, actor=None)
        self.ids = [self.send(n) for n in range(PEOPLE)]
        self.jobs = [self.mail("email address", email), self.mail("phone number", phone)]
        for n in WITH_EVERYTHING:
            self.do_everything(n)
        self.deliver(self.ids[::2])

    def post(self, kind, template, n, headers=None, **body):
        values = {"name": f"Name{n:03}x", **body.pop("values", {})}
        answer = Client().post(
            f"/v2/notifications/{kind}",
            json.dumps(
                {"template_id": str(self.templates[template].id), "personalisation": values, **body}
            ),
            content_type="application/json",
            headers={**self.world.headers("K_LIVE"), **(headers or {})},
        )
        assert answer.status_code == 201, answer.content
        return UUID(answer.json()["id"])

    def send(self, n):
        if n % 2:
            return self.post("sms", "sms", n, phone_number=phone(n))
        return self.post("email", "email", n, email_address=email(n), reference=f"x {email(n)}")

    def send_file(self, n):
        file = {"file": base64.b64encode(b"x").decode(), "filename": f"name{n:03}x.txt"}
        once = {"Idempotency-Key": f"{n}"}
        return self.post("email", "file", n, once, email_address=email(n), values={"file": file})

    def mail(self, heading, recipient):
        lines = [f"{heading},name", *(f"{recipient(n)},Name{n:03}x" for n in range(PEOPLE))]
        kind = "email" if "email" in heading else "sms"
        job = Mailings().begun("\n".join(lines), self.templates[kind], name=f"{kind}.csv")
        persist_range(job.id, 0, ROWS_STORED - 1)
        return job

    def do_everything(self, n):
        self.send_file(n)
        lines = [f"Name{n:03}x", f"{n:03} Elm Road", "SW14 6BH"]
        address = {f"address_line_{place}": line for place, line in enumerate(lines, start=1)}
        self.post("letter", "letter", n, values=address)
        text = {**MMG, "MSISDN": f"447900900{n:03}", "Number": "447700901456", "ID": f"text-{n}"}
        text["Message"] = f"It is me, Name{n:03}x"
        answer = Client().post(
            "/notifications/sms/receive/mmg",
            json.dumps(text),
            content_type="application/json",
            **basic("notify:s3cret"),
        )
        assert answer.status_code == 200
        Client().post(
            unsubscribe_url(self.ids[n], email(n).lower()).removeprefix("http://testserver")
        )
        suppress(self.service, email(n), actor=None, reason="asked")
        switch_mode(AcceptMode.QUEUE_FIRST)
        self.post("sms", "sms", n, phone_number=phone(n))
        switch_mode(AcceptMode.PERSIST_FIRST)

    def deliver(self, ids):
        lifecycle.move_many(ids, Status.SENDING, now=clock.now())
        lifecycle.move_many(ids, Status.DELIVERED, now=clock.now())
        for n in (0, 20, 60):
            given = {"notification_id": str(self.ids[n]), "reference": None, "feedback_id": f"f{n}"}
            record("smtp", notice(**given), now=clock.now())

    def billed(self):
        return sorted(map(str, groups_of(self.service.id, clock.london_today())))


def models():
    """Return the model of each table that has one."""
    found = [each._meta for each in apps.get_models(include_auto_created=True)]
    return {meta.db_table: meta.model for meta in found if meta.managed and not meta.proxy}


def tables():
    """Return what every table says, as it is stored and as we read it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = str(cursor.fetchall())
    for table, model in models().items():
        rows = model._default_manager.values_list()
        read = [bytes(v) if isinstance(v, memoryview) else v for row in rows for v in row]
        found[table] += str(read)
    return found


def counts():
    return {table: model._default_manager.count() for table, model in models().items()}


def in_redis(redis):
    """Return what Redis says, packed or encrypted as it may be."""
    read = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": redis.xrange,
    }
    found = [[key, read[redis.type(key)](key)] for key in redis.scan_iter()]
    packed = [zlib.decompress(value[b"data"]) for _, value in found if b"data" in value]
    cached = [
        decrypt(value.decode().partition(" ")[2])
        for key, value in found
        if key.startswith(b"cache:service-")
    ]
    waiting = [asdict(payload) for payload in list_deferred() if payload]
    return f"{found} {packed} {cached} {waiting}"


def in_files(folder):
    return " ".join(
        f"{path.name} {path.read_bytes().decode(errors='ignore')}"
        for path in folder.rglob("*")
        if path.is_file()
    )


def require_everybody(before, redis, folder):
    """Check that there is something to erase in every store."""
    assert set.union(*before.values()) == set(range(PEOPLE))
    for where in (in_redis(redis), in_files(folder)):
        assert people_in(where) >= ERASED
    for table in (
        "notifications",
        "notification_history",
        "callback_deliveries",
        "idempotent_answers",
        "inbound_sms",
        "service_whitelist",
        "suppressed_recipients",
        "unsubscribe_requests",
    ):
        assert ERASED & before[table], table


def erase_people():
    printed = StringIO()
    for n in sorted(ERASED):
        recipients = [email(n).upper(), f"+44 (0)7900-900{n:03}", f"{n:03} Elm Road, SW14 6BH"]
        options = ["--reason=asked", f"--case=DP-{n}", "--yes"]
        call_command("erase_person", *recipients, *options, stdout=printed, stderr=printed)
    return printed.getvalue()


def require_shown_without_the_person(planted):
    """Check that programs see that there was something, and that nothing is sent again."""
    read = planted.world.get(f"/v2/notifications/{planted.ids[0]}", "K_LIVE").json()
    assert (read["email_address"], read["status"], read["reference"]) == ("", "delivered", None)
    texts = planted.world.get("/v2/received-text-messages", "K_LIVE").json()
    blank = [each for each in texts["received_text_messages"] if not each["user_number"]]
    assert [each["content"] for each in blank] == [""] * len(ERASED)
    again = planted.send_file(0)
    read = planted.world.get(f"/v2/notifications/{again}", "K_LIVE").json()
    assert (read["email_address"], read["status"]) == ("", "technical-failure")


def require_one_message_a_row(planted):
    for job in planted.jobs:
        persist_range(job.id, 0, PEOPLE - 1)
        assert is_complete(job)
        assert Notification.objects.filter(job=job).count() == PEOPLE
    assert differing_rows() == 0


@pytest.mark.django_db(transaction=True)
def test_of_the_erased_no_trace_is_left_and_of_the_others_all(
    files, run_tasks, redis, settings, caplog
):
    caplog.set_level("INFO")
    settings.RECEIVED_TEXTS = {"mmg": {"username": "notify", "passwords": ["s3cret"]}}
    planted = Planted()
    enqueue(persist_deferred, "sealed by nobody", queue=Queue.DATABASE, task_id="unreadable")
    rows, billed = counts(), planted.billed()
    before = {table: people_in(text) for table, text in tables().items()}
    require_everybody(before, redis, files)

    printed = erase_people()

    after = {table: people_in(text) for table, text in tables().items()}
    assert after == {table: people - ERASED for table, people in before.items()}
    assert people_in(in_redis(redis)) == set(WITH_EVERYTHING) - ERASED
    assert people_in(in_files(files)) == set(range(PEOPLE)) - ERASED
    assert people_in(caplog.text + printed) == set()
    assert printed.count("1 messages in Redis that no key decrypts") == len(ERASED)
    assert not Notification.objects.filter(status="created", to="").exists()
    assert planted.billed() == billed
    require_shown_without_the_person(planted)
    require_one_message_a_row(planted)
    assert not ERASED & people_in(str(tables()) + in_redis(redis) + caplog.text)
    changed = {table: count - rows[table] for table, count in counts().items()}
    assert {table: by for table, by in changed.items() if by} == {
        # What waited in Redis, and the rows of both files that had not been stored.
        "notifications": len(ERASED) + 2 * (PEOPLE - ROWS_STORED),
        "notification_history": len(ERASED) + 2 * (PEOPLE - ROWS_STORED),
        # Of these it is told that they were stopped: two rows of files, file, text.
        "callback_deliveries": 4 * len(ERASED),
        "documents": -len(ERASED),
        "service_whitelist": -2,
        "person_requests": len(ERASED),
        # Each began, ended, and once guests went.
        "audit_events": 2 * len(ERASED) + 1,
    }
