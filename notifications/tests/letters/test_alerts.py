"""Letters that stand in one state for too long are named, others are not."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.letters import alerts
from notifications.letters import files as letter_files
from notifications.letters.missing_pdfs import recreate_missing_letter_pdfs
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import storage
from notify_project.storage import Area
from services.tests.factories import ServiceFactory
from templates_app.models import Template
from templates_app.precompiled import precompiled_template
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
# A Thursday in winter.
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def template():
    return TemplateFactory(letter=True)


@pytest.fixture
def named(caplog):
    """Run a look at a time; return which of some letters it names, in errors alone."""

    def named(look, now, letters):
        caplog.clear()
        before = list(Notification.objects.order_by("id").values())
        with freeze_time(now):
            look()
        assert list(Notification.objects.order_by("id").values()) == before
        told = " ".join(each.message for each in caplog.records if each.levelname == "ERROR")
        return {name for name, row in letters.items() if str(row.id) in told}

    return named


def letters(template, status, **times):
    """Store a letter for each name, accepted at a time; and texts, which are none of these."""
    NotificationFactory(status=status, created_at=min(times.values()), billable_units=1)
    NotificationFactory(
        template=template, status=status, created_at=min(times.values()), research=True
    )
    return {
        name: NotificationFactory(
            template=template, status=status, created_at=at, updated_at=at, billable_units=1
        )
        for name, at in times.items()
    }


def test_a_letter_whose_file_is_gone_before_its_check_is_named(files, template, named):
    hours, minutes = timedelta(hours=2), timedelta(minutes=10)
    rows = letters(
        template,
        "pending-virus-check",
        too_old=NOW - hours,
        old=NOW - hours + SECOND,
        young=NOW - minutes,
        too_young=NOW - minutes + SECOND,
        stored=NOW - timedelta(hours=1),
    )
    stored = rows["stored"]
    letter_files.store_for_scan(
        reference=stored.reference, postage="second", created_at=stored.created_at, pdf=b"%PDF"
    )

    look = alerts.check_if_letters_still_pending_virus_check
    assert named(look, NOW, rows) == {"old", "young"}


def test_a_letter_that_nobody_could_check_for_three_days_is_named_until_the_fifth(template, named):
    days = timedelta(days=1)
    rows = letters(
        template,
        "pending-virus-check",
        too_old=NOW - 5 * days,
        old=NOW - 5 * days + SECOND,
        young=NOW - 3 * days,
        too_young=NOW - 3 * days + SECOND,
    )

    look = alerts.check_letters_pending_virus_check_nightly
    assert named(look, NOW, rows) == {"old", "young"}


@pytest.mark.parametrize(
    ("now", "deadline"),
    [
        ("2026-03-05T07:00", "2026-03-04T17:30"),
        ("2026-07-02T06:00", "2026-07-01T16:30"),
        # A Monday after the clocks went forward on Sunday, and one after they went back.
        ("2026-03-30T06:00", "2026-03-29T16:30"),
        ("2026-10-26T07:00", "2026-10-25T17:30"),
    ],
    ids=["winter", "summer", "clocks forward", "clocks back"],
)
def test_a_letter_that_yesterdays_run_should_have_taken_is_named(template, named, now, deadline):
    now, deadline = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, deadline))
    rows = letters(
        template,
        "created",
        long_ago=deadline - timedelta(days=30),
        missed=deadline - SECOND / 1000,
        in_time=deadline,
    )

    look = alerts.check_if_letters_still_in_created
    assert named(look, now, rows) == {"long_ago", "missed"}


def test_a_letter_that_failed_here_is_named_for_three_days(template, named):
    days = timedelta(days=3)
    rows = letters(
        template, "technical-failure", over=NOW - days - SECOND, old=NOW - days, new=NOW - SECOND
    )

    look = alerts.check_if_letters_in_technical_failure
    assert named(look, NOW, rows) == {"old", "new"}


@pytest.mark.parametrize(
    ("now", "before"),
    [
        # Thursday: handed over before Wednesday began in London.
        ("2026-03-05T19:00", "2026-03-04T00:00"),
        ("2026-07-02T18:00", "2026-06-30T23:00"),
        # Monday: before Friday.
        ("2026-03-09T19:00", "2026-03-06T00:00"),
        # Tuesday after Easter: before Thursday.
        ("2026-04-07T18:00", "2026-04-01T23:00"),
    ],
    ids=["winter", "summer", "over the weekend", "over Easter"],
)
def test_a_letter_that_the_printer_has_had_for_two_days_is_named(template, named, now, before):
    now, before = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, before))
    rows = letters(template, "sending", silent=before - SECOND, new=before)
    rows |= letters(template, "sending", sent_late=before - timedelta(days=3))
    Notification.objects.filter(id=rows["sent_late"].id).update(sent_at=before)

    look = alerts.raise_alert_if_letters_still_sending
    assert named(look, now, rows) == {"silent"}


@pytest.mark.parametrize("day", ["2026-04-03", "2026-04-06"], ids=["Good Friday", "Easter Monday"])
def test_on_a_day_without_printing_nobody_asks_the_printer(template, named, day):
    now = datetime.fromisoformat(f"{day}T18:00").replace(tzinfo=UTC)
    rows = letters(template, "sending", silent=now - timedelta(days=20))

    assert named(alerts.raise_alert_if_letters_still_sending, now, rows) == set()


def test_of_very_many_letters_some_are_named_and_all_are_counted(template, monkeypatch, caplog):
    monkeypatch.setattr(alerts, "IDS_NAMED", 2)
    times = {str(n): NOW - timedelta(hours=n) for n in range(1, 6)}
    rows = letters(template, "technical-failure", **times)

    with freeze_time(NOW):
        alerts.check_if_letters_in_technical_failure()

    assert "5 letters are in technical-failure" in caplog.text
    assert f": {rows['5'].id}, {rows['4'].id} and 3 more" in caplog.text


def test_where_nothing_is_wrong_nothing_is_said(files, caplog):
    for look in (
        alerts.check_if_letters_still_pending_virus_check,
        alerts.check_letters_pending_virus_check_nightly,
        alerts.check_if_letters_still_in_created,
        alerts.check_if_letters_in_technical_failure,
        alerts.raise_alert_if_letters_still_sending,
        recreate_missing_letter_pdfs,
    ):
        look()

    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []


def ready(template, **values):
    return NotificationFactory(
        template=template, created_at=NOW - timedelta(hours=1), billable_units=2, **values
    )


def delete_pdf(letter):
    storage.delete(Area.LETTERS, letter_files.store_pdf(letter, b"%PDF"))


def test_pages_that_are_gone_are_made_again_before_the_print_run(
    files, redis, recorded_tasks, template, caplog
):
    gone, stored, claimed = (ready(template) for _ in range(3))
    for letter in (gone, stored, claimed):
        letter_files.store_pdf(letter, b"%PDF")
    for letter in (gone, claimed):
        delete_pdf(letter)
    Notification.objects.filter(id=claimed.id).update(claimed_until=NOW + timedelta(minutes=1))

    with freeze_time(NOW):
        recreate_missing_letter_pdfs()

    units = dict(Notification.objects.values_list("id", "billable_units"))
    assert units == {gone.id: 0, stored.id: 2, claimed.id: 2}
    assert live_and_history(gone.id)[0] == live_and_history(gone.id)[1]
    assert [task.function for task in recorded_tasks] == ["make_letters"]
    assert f"the pages of letter {gone.id} are gone" in caplog.text


def test_a_pdf_that_is_gone_and_that_nobody_can_make_is_named(files, recorded_tasks, caplog):
    hidden = Template.objects.get(id=precompiled_template(ServiceFactory().id).id)
    letter = ready(hidden)

    with freeze_time(NOW):
        recreate_missing_letter_pdfs()

    assert f"the PDF of letter {letter.id} is gone" in caplog.text
    assert Notification.objects.get().billable_units == 2
    assert recorded_tasks == []


def test_a_pdf_under_another_postage_is_not_gone(files, template, caplog):
    letter = ready(template)
    letter_files.store_pdf(letter, b"%PDF")
    Notification.objects.update(postage="europe")

    with freeze_time(NOW):
        recreate_missing_letter_pdfs()

    assert "gone" not in caplog.text
