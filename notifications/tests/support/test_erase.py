import json
import uuid
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import lifecycle
from notifications.delivery.deliver import deliver
from notifications.jobs.missing import is_complete
from notifications.jobs.rows import persist_range
from notifications.letters import files as letter_files
from notifications.letters.pages import make_pages
from notifications.models import (
    CallbackDelivery,
    Complaint,
    DeliveryEvent,
    Document,
    IdempotentAnswer,
    InboundSms,
    Job,
    LetterCheck,
    Notification,
    NotificationHistory,
    PersonRequest,
    SuppressedRecipient,
    UnsubscribeRequest,
)
from notifications.receipts.complaints import record
from notifications.statuses import Status
from notifications.support import messages
from notifications.support.running import Unaccountable
from notifications.suppression.check import find_suppressed
from notifications.suppression.entries import suppress
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    InboundSmsFactory,
    NotificationFactory,
)
from notifications.tests.jobs.conftest import Mailings
from notifications.tests.jobs.test_rows import differing_rows
from notifications.tests.receipts.test_complaints import notice, want_complaints
from notifications.tests.support.conftest import forget, look
from notifications.unsubscribe.links import Link
from notifications.unsubscribe.requests import unsubscribe
from notify_project import clock, storage
from notify_project.constants import Queue
from notify_project.encryption import blind_indexes
from notify_project.models import AuditEvent
from notify_project.storage import Area, StorageAway
from services.callbacks import set_callback
from services.models import ServiceGuestList
from services.read_models import find_service
from services.tests.factories import ServiceFactory, ServiceGuestListFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

JO, NUMBER = "jo@example.com", "07700 900123"
FILE = """phone number,name,email address
07700900123,Jo,
07700900124,Al,Jo@Example.com
07700900125,Bo,"""


def want_callbacks(service):
    set_callback(
        service, "delivery_status", url="https://example.org/told", token="t" * 10, actor=None
    )


def erased(row):
    row.refresh_from_db()
    return (row.to, row.normalised_to, row.personalisation, row.unsubscribe_link) == (
        "",
        None,
        None,
        None,
    )


def test_what_waits_is_stopped_and_its_service_told_without_the_recipient():
    row, other = NotificationFactory(), NotificationFactory(normalised_to="447700900124")
    later = NotificationFactory(next_attempt_at=clock.now() + timedelta(hours=1), billable_units=2)
    want_callbacks(row.service)

    done = forget(NUMBER)

    assert erased(row)
    assert erased(later)
    assert (row.status, row.failure_reason) == ("technical-failure", "erased")
    assert NotificationHistory.objects.get(id=row.id).status == "technical-failure"
    assert CallbackDelivery.objects.get(subject_id=row.id).payload["to"] == ""
    other.refresh_from_db()
    assert (other.status, other.to, other.personalisation) == (
        "created",
        "07700 900123",
        {"name": "Jo"},
    )
    assert done.counts == {"messages": 2, "messages_stopped": 2, **_nothing_unreadable()}
    assert differing_rows() == 0


def _nothing_unreadable():
    return {"waiting_in_redis_unreadable": 0}


def test_what_a_provider_took_keeps_its_status_and_a_late_receipt_counts():
    row = NotificationFactory(
        email=True,
        status="sending",
        sent_by="smtp",
        sent_at=clock.now(),
        reference="ses-1",
        client_reference=f"for {JO.upper()}",
        unsubscribe_link="https://example.org/u?jo",
    )
    want_callbacks(row.service)
    want_complaints(row.service)

    forget("Jo@Example.com")
    lifecycle.move(row.id, Status.DELIVERED, now=clock.now())
    record("smtp", notice(), now=clock.now())

    assert erased(row)
    assert (row.status, row.sent_by, row.client_reference) == ("delivered", "smtp", None)
    assert NotificationHistory.objects.get(id=row.id).client_reference is None
    told = CallbackDelivery.objects.get(subject_id=row.id).payload
    assert (told["to"], told["status"], told["reference"]) == ("", "delivered", None)
    complained = CallbackDelivery.objects.get(subject_id=Complaint.objects.get().id).payload
    assert (complained["to"], complained["reference"]) == (None, None)


def test_a_message_in_a_workers_hands_goes_out_once_at_most():
    row = NotificationFactory()
    [taken] = lifecycle.claim(
        lane="normal", limit=1, now=clock.now(), lease_until=clock.now() + timedelta(minutes=2)
    )

    done = forget(NUMBER)

    assert erased(row)
    assert (row.status, done.counts["messages_under_way"]) == ("created", 1)
    # Its attempt failed, and another is due: there is nobody to send to.
    again = lifecycle.Outcome(taken.id, 1, next_attempt_at=clock.now())
    lifecycle.record_outcomes([again], now=clock.now())
    deliver(Queue.NORMAL)
    row.refresh_from_db()
    assert (row.status, row.failure_reason, row.sent_by) == ("technical-failure", "erased", None)


def test_what_hangs_on_a_message_goes_with_it():
    row = NotificationFactory(email=True, status="delivered")
    receipt = lifecycle.receipt_note("smtp", "permanent-failure", "", clock.now())
    lifecycle.keep_late(row.id, receipt)
    call = CallbackDeliveryFactory(
        service=row.service, subject_id=row.id, payload={"to": JO, "id": str(row.id)}, state="done"
    )
    orphan, other = (
        CallbackDeliveryFactory(service=row.service, payload={"to": to, "reference": f"x {JO}"})
        for to in (JO, "al@example.com")
    )
    text = CallbackDeliveryFactory(
        service=row.service,
        callback_type="inbound_sms",
        payload={"source_number": "447700900123", "message": "Jo here"},
    )
    answer = IdempotentAnswer.objects.create(
        service_id=row.service_id,
        key_type="normal",
        key_digest="k",
        request_digest="r",
        notification_id=row.id,
        answer=json.dumps(
            {
                "id": str(row.id),
                "reference": "mine",
                "content": {"body": "Hi Jo", "subject": "Jo", "from_email": "a@notify.test"},
                "sanitised_content": {"name": {"unsanitised": "Jo"}},
            }
        ),
        created_at=clock.now(),
    )

    done = forget(JO, NUMBER)

    for each in (call, orphan, other, text, answer):
        each.refresh_from_db()
    assert call.payload == {"to": "", "id": str(row.id)}
    assert orphan.payload == {"to": "", "reference": None}
    assert other.payload["to"] == "al@example.com"
    assert text.payload == {"source_number": "", "message": ""}
    assert json.loads(answer.answer) == {
        "id": str(row.id),
        "reference": "mine",
        "content": {"body": "", "subject": "", "from_email": "a@notify.test"},
        "sanitised_content": {},
    }
    assert (done.counts["callbacks"], done.counts["idempotent_answers"]) == (3, 1)
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_letter_that_a_print_run_has_taken_is_erased_and_not_called_cancelled(is_taken):
    lease = clock.now() + timedelta(minutes=1 if is_taken else -1)
    row = NotificationFactory(letter=True, billable_units=2, claimed_until=lease)
    letter_files.store_pdf(row, b"%PDF")

    done = forget("1 Road, SW1A 1AA")

    row.refresh_from_db()
    history = NotificationHistory.objects.get(id=row.id)
    assert (row.to, letter_files.find_pdf(row)) == ("", None)
    assert (history.status, history.billable_units) == (row.status, row.billable_units)
    stands = ("created", 2) if is_taken else ("cancelled", 0)
    assert (row.status, row.billable_units) == stands
    counts = [done.counts.get(name, 0) for name in ("messages_under_way", "messages_stopped")]
    assert counts == [int(is_taken), int(not is_taken)]


def test_the_files_of_a_letter_are_erased_from_every_folder():
    row = NotificationFactory(letter=True, status="validation-failed")
    name = letter_files.file_name(
        reference=row.reference, postage="europe", created_at=row.created_at
    )
    for folder in letter_files.folders_of(row):
        storage.save(Area.LETTERS, f"{folder}/{name}", b"%PDF")

    forget("1 Road, SW1A 1AA")

    left = [storage.names(Area.LETTERS, folder) for folder in letter_files.folders_of(row)]
    assert left == [[]] * len(letter_files.Folder)


def test_letters_are_found_by_address_and_cancelled():
    row = NotificationFactory(letter=True)
    neighbour = NotificationFactory(
        letter=True, to="Al\n11 Road\nSW1A 1AA", normalised_to="al11roadsw1a1aa"
    )
    letter_files.store_pdf(row, b"%PDF")
    LetterCheck.objects.create(notification_id=row.id)

    forget("1 road, SW1A1AA")

    assert erased(row)
    assert not LetterCheck.objects.exists()
    assert (row.status, row.failure_reason) == ("cancelled", "erased")
    assert letter_files.find_pdf(row) is None
    neighbour.refresh_from_db()
    assert neighbour.status == "created"


@pytest.mark.parametrize("is_real", [True, False])
def test_pages_that_are_stored_while_their_letter_is_erased_do_not_stay(monkeypatch, is_real):
    traits = {} if is_real else {"research": True, "status": "sending"}
    address = {"address_line_1": "Al", "address_line_2": "1 Road", "address_line_3": "SW1A 1AA"}
    row = NotificationFactory(letter=True, personalisation=address, **traits)
    store_pdf = letter_files.store_pdf

    def erase_then_store(*args):
        forget("1 road, SW1A1AA")
        return store_pdf(*args)

    monkeypatch.setattr(letter_files, "store_pdf", erase_then_store)
    make_pages(is_real=is_real, until=clock.now() + timedelta(minutes=1))

    assert erased(row)
    assert storage.names(Area.LETTERS, "") == []


def test_rows_of_files_are_emptied_and_each_still_has_one_message():
    mailings = Mailings()
    job = mailings.begun(FILE)
    persist_range(job.id, 0, 0)
    old = storage.read(Area.JOBS, f"service-{job.service_id}-notify/{job.id}.csv")

    done = forget(JO, NUMBER)

    name = f"service-{job.service_id}-notify/{job.id}.csv"
    assert storage.read(Area.JOBS, name) == b"phone number,name,email address\n\n\n07700900125,Bo\n"
    assert done.counts["rows_of_files"] == 2
    # A worker that read the file before may store it now.
    storage.save(Area.JOBS, name, old)
    persist_range(job.id, 0, 2)
    first, second, third = mailings.rows(job)
    assert (first.status, first.failure_reason) == ("technical-failure", "erased")
    assert (second.status, second.failure_reason) == ("validation-failed", "The row was erased")
    assert (second.to, second.normalised_to, second.personalisation) == ("", None, None)
    assert (third.status, third.personalisation) == ("created", {"name": "Bo"})
    assert is_complete(job)
    assert differing_rows() == 0


def test_a_row_that_names_the_person_beside_another_recipient_is_erased_too():
    mailings = Mailings()
    job = mailings.begun(FILE)
    persist_range(job.id, 0, 2)

    found = look(JO)
    forget(JO)

    assert [item["job_row_number"] for item in found.items["messages"]] == [1]
    assert [row.to for row in mailings.rows(job)] == ["07700900123", "", "07700900125"]
    assert look(JO).counts == dict.fromkeys(found.counts, 0)


def test_a_file_that_was_not_sent_yet_loses_its_row():
    mailings = Mailings()
    template = TemplateFactory()
    uploaded = mailings.upload(FILE, template)

    forget(NUMBER)

    name = f"service-{template.service_id}-notify/{uploaded.job_id}.csv"
    assert b"07700900123" not in storage.read(Area.JOBS, name)
    assert b"07700900124" in storage.read(Area.JOBS, name)


def test_an_erasure_that_was_killed_after_the_file_is_completed_by_the_next():
    mailings = Mailings()
    job = mailings.begun(FILE)
    name = f"service-{job.service_id}-notify/{job.id}.csv"
    persist_range(job.id, 1, 1)
    # The row is empty, and that is all that was done.
    storage.save(Area.JOBS, name, b"phone number,name,email address\n07700900123,Jo\n\n1,Bo\n")

    forget(JO)

    assert [row.to for row in mailings.rows(job)] == [""]
    assert Job.objects.get(id=job.id).erased_rows == [1]


@pytest.mark.parametrize("has_digest", [True, False], ids=["digest", "older"])
def test_received_texts_lose_their_sender_and_words(has_digest):
    digest = blind_indexes("447700900123")[0] if has_digest else None
    row = InboundSmsFactory(sender_hash=digest)
    other = InboundSmsFactory(user_number="447700900124", provider_reference="2")

    assert look(NUMBER).counts["received_texts"] == 1
    forget(NUMBER)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.user_number, row.content, row.notify_number) == ("", "", "07700900456")
    assert (other.user_number, other.content) == ("447700900124", "Yes please")
    assert look(NUMBER).counts["received_texts"] == 0
    assert InboundSms.objects.count() == 2


@pytest.mark.parametrize("older", [False, True], ids=["digest", "older"])
def test_who_unsubscribed_is_kept_back_without_being_known(older):
    email = NotificationFactory(email=True, status="delivered")
    unsubscribe(Link(email.id, JO))
    if older:
        UnsubscribeRequest.objects.update(address_hash=None)

    forget(JO)

    request = UnsubscribeRequest.objects.get()
    assert (request.email_address, request.processed_at) == ("", None)
    entry = SuppressedRecipient.objects.get()
    assert (entry.recipient, entry.reason) == ("", "unsubscribed")
    # Its service keeps no list otherwise.
    new = NotificationFactory(template=TemplateFactory(email=True, service=email.service))
    elsewhere = NotificationFactory(email=True)
    assert find_suppressed([new, elsewhere]) == {new.id: "suppressed-unsubscribed"}
    found = look(JO)
    assert (found.counts["unsubscribe_requests"], found.digests) == (0, 2)


def test_a_suppressed_address_stays_suppressed_by_its_digest():
    service = ServiceFactory(uses_suppression_list=True)
    suppress(service, JO, actor=None, reason="asked")

    done = forget(JO)

    assert SuppressedRecipient.objects.get().recipient == ""
    email = NotificationFactory(template=TemplateFactory(email=True, service=service))
    assert find_suppressed([email]) == {email.id: "suppressed-staff"}
    assert done.counts["suppression_entries"] == 1


def test_guests_go_and_accounts_are_shown(settings):
    settings.READ_MODEL_SECONDS = 60
    service = ServiceFactory(trial=True)
    ServiceGuestListFactory(service=service, recipient="Jo@example.com")
    ServiceGuestListFactory(service=service, recipient=NUMBER, recipient_type="mobile")
    kept = ServiceGuestListFactory(service=service, recipient="al@example.com")
    account = UserFactory(email_address=JO)
    colleague = UserFactory(mobile_number="+44 7700 900123")
    assert JO in find_service(service.id).recipients

    found = look(JO, NUMBER)
    done = forget(JO, NUMBER)

    assert {item["id"] for item in found.items["accounts"]} == {account.id, colleague.id}
    assert ServiceGuestList.objects.get() == kept
    assert done.counts["guests"] == 2
    account.refresh_from_db()
    assert account.email_address == JO


def test_files_by_email_are_found_after_their_message_is_gone(publish_one):
    document = publish_one(recipient="Jo@example.com").row
    other = publish_one(recipient="al@example.com").row

    assert look(JO).counts["documents"] == 1
    forget(JO)

    assert Document.objects.get() == other
    assert len(storage.names(Area.DOCUMENTS, document.stored_name.partition("/")[0])) == 1


def test_a_storage_that_is_away_leaves_the_message_to_be_found_again(files, publish_one):
    row = NotificationFactory(email=True, status="delivered")
    document = publish_one().row
    Document.objects.filter(id=document.id).update(notification_id=row.id)
    folder = files / "documents" / document.stored_name
    content = folder.read_bytes()
    folder.unlink()
    (folder / "in the way").mkdir(parents=True)

    with pytest.raises(StorageAway):
        forget(JO)

    assert not erased(row)
    (folder / "in the way").rmdir()
    folder.rmdir()
    folder.write_bytes(content)
    done = forget(JO)
    assert erased(row)
    assert not folder.exists()
    assert PersonRequest.objects.get() == done
    assert (done.counts["messages"], done.counts["documents"]) == (1, 1)


class Killed(BaseException):
    """What ends a run anywhere."""


def test_killed_anywhere_and_run_again_all_is_erased_and_counted_once(monkeypatch):
    monkeypatch.setattr(messages, "BATCH", 1)
    mailings = Mailings()
    job = mailings.begun(FILE)
    persist_range(job.id, 0, 1)
    NotificationFactory.create_batch(2)

    def dies_after(lines):
        def tell(text):
            nonlocal lines
            lines -= 1
            if lines < 0:
                raise Killed

        return tell

    runs = 0
    while runs < 20:
        try:
            done = forget(JO, NUMBER, tell=dies_after(1))
            break
        except Killed:
            runs += 1

    assert 1 < runs < 20
    assert Notification.objects.exclude(to="").count() == 0
    assert (done.counts["messages"], done.counts["rows_of_files"]) == (4, 2)
    assert PersonRequest.objects.count() == 1
    assert done.finished_at


def test_a_second_run_under_another_case_finds_nothing():
    NotificationFactory()
    forget(NUMBER)

    again = forget(NUMBER, case_reference="DP-2")

    assert again.counts == _nothing_unreadable()
    assert PersonRequest.objects.count() == 2


def test_who_looked_and_erased_is_audited_and_whom_is_not():
    staff = UserFactory(support=True)

    found = look(JO, actor=staff, reason=" asked for access ")
    done = forget(JO, actor=staff)

    events = list(AuditEvent.objects.order_by("created_at"))
    assert [event.action for event in events] == [
        "find person",
        "begin to erase person",
        "erase person",
    ]
    assert {event.actor_id for event in events} == {staff.id}
    assert [event.subject_id for event in events] == [
        str(found.request.id),
        str(done.id),
        str(done.id),
    ]
    assert events[0].after["digests"] == events[2].after["digests"] == done.digests
    assert events[2].after["case"] == "DP-1"
    assert JO not in str([(event.after, event.reason) for event in events])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reason": " "}, "Say why"),
        ({"case_reference": ""}, "Name the case"),
        ({"reason": "Jo@example.com asked"}, "must not name the person"),
        ({"case_reference": "JO@EXAMPLE.COM"}, "must not name the person"),
    ],
    ids=["no reason", "no case", "named in reason", "named in case"],
)
def test_an_erasure_that_cannot_be_accounted_for_changes_nothing(options, message):
    row = NotificationFactory(email=True)

    with pytest.raises(Unaccountable, match=message):
        forget(JO, **options)

    assert not erased(row)
    assert not PersonRequest.objects.exists()


BIG = (
    "notifications",
    "notification_history",
    "inbound_sms",
    "unsubscribe_requests",
    "suppressed_recipients",
    "callback_deliveries",
    "complaints",
    "documents",
    "idempotent_answers",
)


def test_big_tables_are_asked_by_indexes():
    row = NotificationFactory(letter=True)
    _show_the_planner_many(row)
    with CaptureQueriesContext(connection) as captured:
        look(JO, NUMBER, "1 Road, SW1A 1AA")
    asked = [
        each["sql"]
        for each in captured
        if "SELECT" in each["sql"] and any(f'"{name}"' in each["sql"] for name in BIG)
    ]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql.partition(' FOR NO SCROLL CURSOR ')[2] or sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))

    together = "\n".join(plans)
    assert len(plans) > 8
    assert "Seq Scan" not in together
    for index in (
        "ix_notif_newest_to",
        "ix_notif_letter_ending",
        "ix_inbound_sms_sender",
        "ix_unsubscribe_address",
        "ix_suppressed_recipient",
        "uq_callback_event",
        "ix_complaints_notification",
        "ix_documents_recipient",
        "ix_idempotent_answers_about",
    ):
        assert index in together, index
    assert row.status == "created"


def _show_the_planner_many(letter):
    """Of the few rows that tests leave, any index is as good as another."""
    letters = [copy(letter) for _ in range(1000)]
    for number, each in enumerate(letters):
        each.id, each.reference = uuid.uuid4(), f"{number:016}"
        each.to = each.normalised_to = f"{number} road {number:04}"
    Notification.objects.bulk_create(letters)
    calls = CallbackDeliveryFactory.build_batch(1000, service=letter.service)
    CallbackDelivery.objects.bulk_create(calls)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications, callback_deliveries")


def test_what_is_exported_is_all_there_is():
    row = NotificationFactory(client_reference="mine")
    InboundSmsFactory(sender_hash=blind_indexes("447700900123")[0])

    found = look(NUMBER)

    [message] = found.items["messages"]
    assert (message["id"], message["to"], message["personalisation"]) == (
        row.id,
        "07700 900123",
        {"name": "Jo"},
    )
    [text] = found.items["received_texts"]
    assert (text["user_number"], text["content"]) == ("447700900123", "Yes please")
    assert found.counts["messages"] == 1
    assert uuid.UUID(str(found.request.id))
