"""Pages of letters: laid out, stored, counted; whatever dies or fails meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import zxingcpp
from django.db import connection

from notifications import lifecycle
from notifications.letters import files as letter_files
from notifications.letters import pages
from notifications.letters.download import readable_pdf
from notifications.letters.pages import PagesNotMade, make_pages
from notifications.letters.tasks import wake_letters
from notifications.models import CallbackDelivery, Notification, NotificationHistory
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.api.errors import BadRequest
from notify_project.storage import Area, StorageAway, names
from templates_app.letter_attachments import attach
from templates_app.rendering import letter_print
from templates_app.rendering.letter_print import CannotPrint
from templates_app.tests.attachments import pdf
from templates_app.tests.factories import TemplateFactory

ADDRESS = {
    "address_line_1": "Jo Bloggs",
    "address_line_2": "1 High Street",
    "address_line_3": "SW1A 1AA",
}
CONTENT = "Dear ((name)),\n\nyour permit is ready."


def letter(**values):
    values = {"personalisation": {**ADDRESS, "name": "Jo"}, **values}
    content = values.pop("content", CONTENT)
    template = values.pop("template", None) or TemplateFactory(
        letter=True, content=content, subject="Your permit"
    )
    return NotificationFactory(template=template, **values)


def make(*, is_real=True):
    make_pages(is_real=is_real, until=clock.now() + timedelta(minutes=1))


def now_of(row):
    row.refresh_from_db()
    return row.status, row.billable_units


def history_of(row):
    return NotificationHistory.objects.values_list("status", "billable_units").get(id=row.id)


def document_of(row):
    return pypdfium2.PdfDocument(readable_pdf(row))


def texts_of(row):
    return [page.get_textpage().get_text_range() for page in document_of(row)]


@pytest.mark.django_db
def test_a_letter_gets_its_pages_and_its_sheets_are_counted(files):
    row = letter(created_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC), reply_to_text="The Council")

    make()

    assert now_of(row) == history_of(row) == ("created", 1)
    [text] = texts_of(row)
    shown = ["1 July 2026", "Your permit", "Dear Jo,", "JO BLOGGS", "SW1A 1AA", "The Council"]
    assert [word for word in shown if word not in text] == []
    assert text.count("NOTIFY") == 1
    assert row.reference not in text
    assert names(Area.LETTERS, "letters/2026-07-01") == [
        f"letters/2026-07-01/NOTIFY.{row.reference}.D.2.C.20260630233000.PDF"
    ]


@pytest.mark.django_db
def test_sheets_are_of_two_pages_and_only_the_first_bears_the_tag(files):
    row = letter(content="one\n\n***\n\ntwo\n\n***\n\nthree")

    make()

    assert now_of(row) == ("created", 2)
    assert ["NOTIFY" in text for text in texts_of(row)] == [True, False, False]
    assert [f"Page {n} of 3" in text for n, text in enumerate(texts_of(row), 1)] == [True] * 3


@pytest.mark.django_db
def test_a_code_on_the_page_says_the_reference(files, settings):
    settings.LETTER_DRAWS_CODE = True
    row = letter()

    make()

    picture = document_of(row)[0].render(scale=6).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [row.reference]


@pytest.mark.django_db
def test_a_letter_of_eleven_pages_is_refused_and_can_be_looked_at(files):
    row = letter(content="\n\n***\n\n".join(["page"] * 11))

    make()

    assert now_of(row) == history_of(row) == ("validation-failed", 0)
    assert row.failure_reason == "letter-too-long"
    assert len(document_of(row)) == 11
    assert [name.partition("/")[0] for name in names(Area.LETTERS, "invalid")] == ["invalid"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "status"),
    [(CONTENT, "delivered"), ("\n\n***\n\n".join(["page"] * 11), "permanent-failure")],
    ids=["short", "too long"],
)
def test_a_test_letter_gets_pages_where_nothing_is_printed_from(files, content, status):
    row = letter(research=True, status="sending", content=content)
    callback_for(row.service)

    make(is_real=False)

    assert now_of(row) == (status, 0)
    assert document_of(row)
    assert names(Area.LETTERS, "letters") == []
    assert not NotificationHistory.objects.exists()
    assert not CallbackDelivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"status": "cancelled"},
        {"status": "sending"},
        {"billable_units": 1},
        {"status": "pending-virus-check"},
        {"research": True},
    ],
    ids=str,
)
def test_what_does_not_wait_for_pages_stays_as_it_is(files, values):
    row = letter(**values)
    before = Notification.objects.values().get(id=row.id)

    make()

    assert Notification.objects.values().get(id=row.id) == before
    assert names(Area.LETTERS, "letters") == []


@pytest.mark.django_db
def test_after_a_crash_before_the_sheets_were_counted_the_pages_are_made_again(files, monkeypatch):
    row = letter()
    with monkeypatch.context() as patch:
        patch.setattr("notifications.lifecycle.count_sheets", crash)
        with pytest.raises(KeyboardInterrupt):
            make()

    make()
    leased = now_of(row)
    Notification.objects.update(claimed_until=clock.now())
    make()

    assert leased == ("created", 0)
    assert now_of(row) == ("created", 1)


def crash(*_args, **_options):
    raise KeyboardInterrupt


@pytest.mark.django_db
def test_a_letter_that_was_cancelled_meanwhile_stays_cancelled(files, monkeypatch):
    row = letter()
    store_pdf = letter_files.store_pdf

    def cancel_then_store(*args):
        Notification.objects.filter(id=row.id).update(status="cancelled")
        return store_pdf(*args)

    monkeypatch.setattr(letter_files, "store_pdf", cancel_then_store)
    make()

    assert now_of(row) == ("cancelled", 0)


def erase(row):
    lifecycle.erase([row.id], telling=[], now=clock.now())


def delete(row):
    Notification.objects.filter(id=row.id).delete()


@pytest.mark.django_db
@pytest.mark.parametrize("content", [CONTENT, "\n\n***\n\n".join(["page"] * 11)], ids=["", "long"])
@pytest.mark.parametrize("what", [erase, delete])
@pytest.mark.parametrize("is_real", [True, False], ids=["real", "test"])
def test_of_a_letter_that_was_erased_or_deleted_meanwhile_no_pages_are_left(
    files, monkeypatch, is_real, what, content
):
    traits = {} if is_real else {"research": True, "status": "sending"}
    row = letter(content=content, **traits)

    def print_then(html, **_options):
        what(row)
        return letter_print.Printed(b"%PDF-1.7", html.count("page-break") - 1)

    monkeypatch.setattr(pages, "print_letter", print_then)
    make(is_real=is_real)

    left = Notification.objects.filter(id=row.id).values_list("status", "failure_reason")
    assert list(left) == ([("cancelled", "erased")] if what is erase else [])
    assert [name for folder in letter_files.Folder for name in names(Area.LETTERS, folder)] == []


@pytest.mark.django_db
def test_a_letter_that_kills_its_workers_is_given_up_without_another_try(files, monkeypatch):
    deadly = letter(delivery_attempts=pages.RETRIES + 1)
    monkeypatch.setattr(pages, "print_letter", crash)

    make()

    assert now_of(deadly) == history_of(deadly) == ("technical-failure", 0)
    assert deadly.failure_reason == "pages-not-made"


@pytest.mark.django_db
@pytest.mark.parametrize("is_real", [True, False], ids=["real", "test"])
@pytest.mark.parametrize("length", [50_000, 1_000_000])
def test_a_letter_that_takes_too_long_or_cannot_fit_is_refused(files, monkeypatch, is_real, length):
    traits = {} if is_real else {"research": True, "status": "sending"}
    row = letter(content="x" * length, **traits)
    monkeypatch.setattr(pages, "MAX_PROCESSOR_SECONDS", 0.2)

    make(is_real=is_real)

    assert now_of(row) == ("validation-failed" if is_real else "permanent-failure", 0)
    assert row.failure_reason == "letter-too-complex"
    with pytest.raises(BadRequest, match="PDF not available"):
        readable_pdf(row)


@pytest.mark.django_db
def test_a_letter_that_cannot_be_made_keeps_no_other_waiting_and_fails_in_the_end(
    files, monkeypatch, caplog
):
    broken, whole = letter(content="secret of Jo"), letter()

    def break_one(html, **options):
        if "secret" in html:
            raise ValueError(html)
        return letter_print.print_letter(html, **options)

    monkeypatch.setattr(pages, "print_letter", break_one)
    for _ in range(pages.RETRIES + 1):
        with pytest.raises(PagesNotMade, match="1 letters"):
            make()
        Notification.objects.filter(id=broken.id).update(next_attempt_at=None)

    assert now_of(whole) == ("created", 1)
    assert now_of(broken) == history_of(broken) == ("technical-failure", 0)
    assert f"letter {broken.id} cannot be made: ValueError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("reference", [None, "ABC", "ABCD1234EFGH5678X", "ABCD1234EFGH567 "])
def test_a_letter_without_a_proper_reference_is_named_and_not_printed(files, caplog, reference):
    broken, whole = letter(reference=reference), letter()

    make()

    assert now_of(broken)[0] == "technical-failure"
    assert now_of(whole) == ("created", 1)
    assert str(broken.id) in caplog.text


@pytest.mark.django_db
def test_while_files_cannot_be_stored_letters_wait(files, monkeypatch):
    row = letter()

    def away(*_args):
        raise StorageAway

    with monkeypatch.context() as patch:
        patch.setattr(letter_files, "store_pdf", away)
        make()
    make()
    waits = now_of(row)
    Notification.objects.update(next_attempt_at=clock.now())
    make()

    assert waits == ("created", 0)
    assert now_of(row) == ("created", 1)


@pytest.mark.django_db
def test_without_the_libraries_nothing_is_changed_and_the_packages_are_named(files, monkeypatch):
    row = letter()
    before = Notification.objects.values().get(id=row.id)

    def missing(_name):
        raise OSError("cannot load library 'libpango-1.0-0'")

    letter_print._engine.cache_clear()
    monkeypatch.setattr(letter_print.importlib, "import_module", missing)
    with pytest.raises(CannotPrint, match="apt-get install libpango"):
        make()

    assert Notification.objects.values().get(id=row.id) == before


@pytest.mark.django_db
def test_one_letter_is_taken_at_a_time_from_a_table_that_was_analysed_when_it_was_empty():
    with connection.cursor() as cursor:
        # The planner then joins row by row, and may ask for a letter once a row.
        cursor.execute("ANALYZE notifications")
    for _ in range(3):
        letter()
    now = clock.now()

    lifecycle.claim_letter_without_pages(
        is_real=True, now=now, lease_until=now + timedelta(minutes=3)
    )

    assert Notification.objects.exclude(claimed_until=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_each_letter_once(files, monkeypatch):
    template, made = TemplateFactory(letter=True, content=CONTENT), []
    rows = [letter(template=template) for _ in range(6)]
    monkeypatch.setattr(pages, "layout", lambda row, _template: made.append(row.id) or PRINTED)

    def work():
        try:
            make()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for _ in range(3)]:
            done.result(timeout=30)

    assert sorted(made) == sorted(row.id for row in rows)
    assert {now_of(row) for row in rows} == {("created", 1)}


PRINTED = letter_print.Printed(b"%PDF-1.7", 2)


@pytest.mark.django_db
def test_what_has_no_pages_is_found_by_its_own_index():
    with connection.cursor() as cursor:
        for way in ("seqscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM notifications n WHERE n.notification_type = 'letter' "
            "AND n.is_real AND n.notification_status = 'created' AND n.billable_units = 0 "
            "AND GREATEST(n.created_at, n.claimed_until, n.next_attempt_at) <= now() "
            "ORDER BY n.created_at, n.id LIMIT 20"
        )
        plan = str(cursor.fetchall())

    assert "ix_notif_letters_to_make" in plan


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_what_was_woken(files, run_tasks):
    row = letter()

    wake_letters()
    run_tasks("letters")

    assert now_of(row) == ("created", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pages", "came_to"), [(2, ("created", 2)), (10, ("validation-failed", 0))]
)
def test_a_letter_ends_with_the_attachment_of_its_template_and_all_pages_count(
    files, pages, came_to
):
    template = TemplateFactory(letter=True, content="Hello")
    attach(template, pdf(*[[(100, 150, "Map")]] * pages), file_name="map.pdf", actor=None)
    row = letter(template=template, template_version=2)

    make()

    assert now_of(row) == history_of(row) == came_to
    assert len(document_of(row)) == 1 + pages
