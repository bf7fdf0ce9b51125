import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.lifecycle.held import memory
from notifications.models import (
    FailingEndpoint,
    Hold,
    LetterPrintBatch,
    NotificationHistory,
    ProviderHealth,
)
from notifications.statistics.hourly_volumes import count_hours
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notify_project import clock
from notify_project.models import PeriodicRun
from notify_project.monitoring import kept, notices
from notify_project.monitoring.alerts import ALERTS
from notify_project.monitoring.figures import PARTS
from notify_project.monitoring.notices import Notice
from notify_project.monitoring.times import in_words
from notify_project.monitoring.verdict import WORDS
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

HOME = "/admin/"


@pytest.fixture
def signed_in(db):
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def look(client, **query):
    page = client.get(reverse("admin:index"), query)
    assert page.status_code == 200
    return page


def test_the_page_is_that_of_the_site():
    assert reverse("admin:index") == HOME


def test_every_alert_is_said_in_words():
    assert set(WORDS) == {alert.name for alert in ALERTS}


def test_what_is_wrong_is_said_first_with_where_to_look(signed_in, redis):
    NotificationFactory(created_at=clock.now() - timedelta(hours=2))
    row = ProviderDetailsFactory()
    now = clock.now()
    ProviderHealth.objects.create(provider=row, failures=10, opened_at=now, probe_at=now)
    run = PeriodicRun.objects.create(task="count_hourly_volumes", slot=clock.now(), state="failed")

    found = {each.text: each.link for each in look(signed_in).context["findings"]}

    lane = "The lane normal is behind: its oldest message has waited 2 h"
    assert "?status=created" in found[lane]
    assert str(row.id) in found["mmg is left alone: its calls fail"]
    assert f"/{run.id}/" in found["The last run of count_hourly_volumes failed"]
    assert "No scheduler runs: nothing is tried again" in found


def test_many_findings_of_one_kind_are_one_line(signed_in, redis):
    texts = [each.text for each in look(signed_in).context["findings"]]

    assert sum(text.startswith("No worker reads") for text in texts) == 1
    assert any(text.endswith("and 11 like it") for text in texts)


@pytest.mark.parametrize(
    ("missing", "words"),
    [([], "All is well"), (["letters"], "All is well, as far as can be seen")],
)
def test_a_platform_without_trouble_is_well(signed_in, redis, missing, words):
    quiet = {"at": clock.now().isoformat(), "parts": {}, "missing": missing}
    redis.set(kept.KEY, json.dumps(quiet))

    page = look(signed_in)

    assert page.context["verdict"] == words


def test_figures_are_read_once_a_minute_and_again_on_demand(signed_in, redis):
    first = look(signed_in)
    NotificationFactory(created_at=clock.now() - timedelta(hours=2))

    with CaptureQueriesContext(connection) as queries:
        second = look(signed_in)
    third = look(signed_in, refresh=1)

    assert second.context["read_at"] == first.context["read_at"] == third.context["read_at"]
    assert len(queries) <= 3
    redis.set(kept.KEY, redis.get(kept.KEY).replace(b'"at": "20', b'"at": "19'))
    assert look(signed_in).context["read_at"] > first.context["read_at"]


def test_figures_that_are_being_read_are_not_read_twice(transactional_db, redis):
    now = clock.now()
    kept.figures(now)
    barrier, answers = Barrier(4), []

    def ask():
        barrier.wait()
        answers.append(kept.figures(now + timedelta(minutes=2)))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    read_anew = [each for each in answers if each.at > now]
    assert len(answers) == 4
    assert read_anew
    redis.set(kept.READING_KEY, "1")
    assert kept.figures(now + timedelta(minutes=9)).at == max(each.at for each in answers)


def test_kept_figures_of_another_release_are_read_anew(signed_in, redis):
    redis.set(kept.KEY, '{"at": "yesterday"}')

    assert look(signed_in).context["missing"] == ()


def test_without_redis_the_page_comes_and_says_what_is_missing(signed_in):
    page = look(signed_in)

    assert page.context["missing"] == ("queues", "the scheduler", "hand-over times")
    assert "Redis does not answer" in page.content.decode()


def test_without_a_table_the_page_comes_and_says_what_is_missing(transactional_db, redis):
    client = Client()
    client.force_login(UserFactory(support=True))
    ProviderDetailsFactory()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE provider_figures RENAME TO provider_figures_away")
        try:
            page = look(client)
        finally:
            cursor.execute("ALTER TABLE provider_figures_away RENAME TO provider_figures")

    assert page.context["missing"] == ("providers",)
    assert "Cannot be read just now: providers" in page.content.decode()


def test_reading_everything_costs_few_queries_however_many_rows(signed_in, redis):
    counts = []
    for _ in range(3):
        redis.delete(kept.KEY)
        memory.forget()
        with CaptureQueriesContext(connection) as queries:
            look(signed_in)
        counts.append(len(queries))
        for _ in range(3):
            have_trouble_everywhere()

    assert counts[1] == counts[2]
    assert max(counts) <= 15


def have_trouble_everywhere():
    """Hold one of each kind, let letters wait, and let something fail wherever it can."""
    now, at = clock.now(), clock.now() - timedelta(days=2)
    message = NotificationFactory(created_at=at)
    letters = TemplateFactory(letter=True)
    for status in ("created", "sending", "pending-virus-check", "technical-failure"):
        NotificationFactory(template=letters, status=status, created_at=at)
    number = ProviderHealth.objects.count()
    texts = ProviderDetailsFactory(identifier=f"mmg-{number}")
    printer = ProviderDetailsFactory(identifier=f"dvla-{number}", notification_type="letter")
    ProviderHealth.objects.create(provider=texts, failures=10, opened_at=now, probe_at=now)
    LetterPrintBatch.objects.create(
        provider=printer.identifier, print_day=at.date(), letter_count=1, sheet_count=1
    )
    held = [
        ("service", str(message.service_id)),
        ("template", str(letters.id)),
        ("provider", printer.identifier),
        ("provider", texts.identifier),
        *([("lane", lane) for lane in ("normal", "priority")] if not number else []),
    ]
    for kind, key in held:
        Hold.objects.create(kind=kind, key=key, reason="an incident")
    PeriodicRun.objects.create(task="count_hourly_volumes", slot=now, state="failed")
    FailingEndpoint.objects.create(
        service=ServiceFactory(),
        callback_type="delivery_status",
        failures=1,
        first_failed_at=now,
        last_failed_at=now,
        last_error="ConnectTimeout",
    )


def test_volumes_of_today_stand_beside_those_of_other_days(signed_in, redis):
    now = clock.now()
    for row in (NotificationFactory(), NotificationFactory(email=True)):
        NotificationHistory.objects.filter(id=row.id).update(created_at=now)
    count_hours(now)

    page = look(signed_in)

    assert [(each["name"], each["today"]) for each in page.context["volumes"]] == [
        ("texts", 1),
        ("emails", 1),
        ("letters", 0),
    ]
    assert "<svg" in page.content.decode()


def test_messages_that_a_provider_is_silent_about_are_counted(signed_in, redis):
    NotificationFactory(status="sending", created_at=clock.now() - timedelta(hours=25))
    NotificationFactory(status="sending", created_at=clock.now() - timedelta(hours=23))
    NotificationFactory(status="delivered", created_at=clock.now() - timedelta(hours=25))

    [row] = [each for each in look(signed_in).context["stuck"] if "more than a day" in each["name"]]

    assert row["count"] == 1


def test_what_people_decided_is_shown_as_text(signed_in, redis, monkeypatch):
    said = [Notice("<b>Texts of Bins</b> are held", "/admin/")]
    monkeypatch.setattr(notices, "SOURCES", [lambda now: said])

    page = look(signed_in).content.decode()

    assert '<a href="/admin/">&lt;b&gt;Texts of Bins&lt;/b&gt; are held</a>' in page


def test_who_may_not_see_providers_sees_no_figures(db, redis):
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_service"))
    client = Client()
    client.force_login(user)

    page = look(client)

    assert "has_figures" not in page.context
    assert redis.get(kept.KEY) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.44, "0.4 s"),
        (45, "45 s"),
        (125, "2 min 5 s"),
        (7200, "2 h"),
        (90061, "1 d 1 h"),
    ],
)
def test_times_are_said_in_two_units(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words


def test_all_parts_can_be_kept(db, redis):
    now = clock.now()

    read = kept.figures(now)
    again = kept.figures(now)

    assert set(read.parts) == set(PARTS)
    assert again.parts == json.loads(json.dumps(read.parts))
