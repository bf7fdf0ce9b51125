"""The command that counts a day's template usage again."""

import subprocess
import sys
import uuid
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from notifications.models import Notification
from notifications.statistics.usage_counters import (
    GENERATION_KEY,
    read_hashes,
    trusted_counts,
    usage_key,
)
from notifications.tests.factories import NotificationFactory
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _at_noon_of_the_next_day():
    with freeze_time("2026-06-11T12:00:00Z"):
        yield


def backfill(*args, **options):
    out = StringIO()
    call_command("backfill_template_usage", *args, stdout=out, stderr=out, **options)
    return out.getvalue()


def counters(redis, service_id, day=DAY):
    generation, [fields] = read_hashes(redis, [usage_key(service_id, day)])
    return trusted_counts(fields, generation)


def stored(template, *created_at, **values):
    for instant in created_at:
        NotificationFactory(
            template=template, created_at=datetime.fromisoformat(f"{instant}+00:00"), **values
        )


def test_only_rows_within_the_london_day_count(redis):
    template = TemplateFactory()
    stored(template, "2026-06-09T22:59:59", "2026-06-09T23:00:01")
    stored(template, "2026-06-10T22:59:59", "2026-06-10T23:00:01")

    output = backfill("-s", str(template.service_id), "-d", "2026-06-10")

    assert counters(redis, template.service_id) == {template.id: 2}
    assert output.splitlines() == [
        f"service {template.service_id}, day 2026-06-10",
        f"  template {template.id}: 2",
        "1 days of services counted",
    ]


@pytest.mark.parametrize(
    ("created_at", "day"),
    [
        ("2026-01-15T23:30:00", "2026-01-15"),
        ("2026-03-29T00:30:00", "2026-03-29"),
        ("2026-03-29T23:00:00", "2026-03-30"),
        ("2025-10-25T23:00:00", "2025-10-26"),
        ("2025-10-26T23:59:59", "2025-10-26"),
    ],
)
def test_days_on_which_the_clocks_change_are_london_days_too(redis, created_at, day):
    template = TemplateFactory()
    stored(template, created_at)

    backfill("--service-id", str(template.service_id), "--day", day)

    counted = counters(redis, template.service_id, date.fromisoformat(day))
    assert counted == {template.id: 1}


def test_other_services_and_messages_that_are_not_real_do_not_count(redis):
    template, foreign = TemplateFactory(), TemplateFactory()
    stored(template, "2026-06-10T12:00:00")
    stored(template, "2026-06-10T12:00:00", research=True)
    stored(foreign, "2026-06-10T12:00:00")

    backfill("-s", str(template.service_id), "-d", "2026-06-10")

    assert counters(redis, template.service_id) == {template.id: 1}
    assert counters(redis, foreign.service_id) is None


def test_rows_that_are_only_in_history_count(redis):
    template = TemplateFactory()
    stored(template, "2026-06-10T12:00:00")
    Notification.objects.all().delete()

    backfill("-s", str(template.service_id), "-d", "2026-06-10")

    assert counters(redis, template.service_id) == {template.id: 1}


def test_wrong_counts_are_replaced_and_a_second_run_changes_nothing(redis):
    template = TemplateFactory()
    stored(template, "2026-06-10T12:00:00")
    wrong = {str(template.id): 9, str(uuid.uuid4()): 4}
    redis.hset(usage_key(template.service_id, DAY), mapping=wrong)

    outputs = [backfill("-s", str(template.service_id), "-d", "2026-06-10") for _ in range(2)]

    assert counters(redis, template.service_id) == {template.id: 1}
    assert outputs[0] == outputs[1]


def test_a_day_without_messages_becomes_complete_and_empty(redis):
    service = ServiceFactory()
    redis.hset(usage_key(service.id, DAY), str(uuid.uuid4()), 4)

    backfill("-s", str(service.id), "-d", "2026-06-10")

    assert counters(redis, service.id) == {}
    assert redis.ttl(usage_key(service.id, DAY)) == 691_200


def test_every_service_and_a_range_of_days(redis):
    first, second = TemplateFactory(), TemplateFactory()
    stored(first, "2026-06-09T12:00:00", "2026-06-11T11:00:00")
    stored(second, "2026-06-10T12:00:00")

    output = backfill("--all-services", "--from", "2026-06-09", "--to", "2026-06-11")

    assert "6 days of services counted" in output
    assert counters(redis, first.service_id, date(2026, 6, 9)) == {first.id: 1}
    assert counters(redis, first.service_id, date(2026, 6, 11)) == {first.id: 1}
    assert counters(redis, second.service_id) == {second.id: 1}


def test_a_dry_run_prints_both_numbers_and_writes_nothing(redis):
    template = TemplateFactory()
    stored(template, "2026-06-10T12:00:00")
    key = usage_key(template.service_id, DAY)
    redis.hset(key, str(template.id), 9)

    output = backfill("-s", str(template.service_id), "-d", "2026-06-10", "--dry-run")

    assert f"  template {template.id}: stored 9, calculated 1" in output
    assert redis.hgetall(key) == {str(template.id).encode(): b"9"}


def test_a_new_generation_distrusts_every_counter(redis):
    template = TemplateFactory()
    backfill("-s", str(template.service_id), "-d", "2026-06-10")
    generation = redis.get(GENERATION_KEY)

    backfill("--new-generation")

    assert redis.get(GENERATION_KEY) != generation
    assert counters(redis, template.service_id) is None


def test_a_new_generation_and_a_day_give_a_day_that_is_believed(redis):
    service = ServiceFactory()

    backfill("--new-generation", "-s", str(service.id), "-d", "2026-06-10")

    assert counters(redis, service.id) == {}


NOBODY = "0f0f0f0f-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "name a service"),
        (["-d", "2026-06-10"], "name a service"),
        (["--all-services"], "name a day"),
        (["--new-generation", "--all-services"], "name a day"),
        (["--new-generation", "--dry-run"], "cannot be combined"),
        (["-s", "42", "-d", "2026-06-10"], "42 is not a service's id"),
        (["-s", NOBODY, "-d", "2026-06-10"], f"there is no service {NOBODY}"),
        (["-s", NOBODY, "--all-services", "-d", "2026-06-10"], "either"),
        (["--all-services", "-d", "10 June"], "10 June is not a day"),
        (["--all-services", "-d", "20260610"], "20260610 is not a day"),
        (["--all-services", "-d", "2026-02-30"], "2026-02-30 is not a day"),
        (["--all-services", "-d", "2026-06-12"], "2026-06-12 has not come yet"),
        (["--all-services", "--from", "2026-06-10"], "go together"),
        (["--all-services", "--to", "2026-06-10"], "go together"),
        (["--all-services", "--from", "2026-06-10", "--to", "2026-06-09"], "before"),
        (["--all-services", "--from", "2026-06-09", "--to", "2026-06-12"], "has not come"),
        (["--all-services", "-d", "2026-06-10", "--to", "2026-06-10"], "either --day"),
    ],
)
def test_wrong_arguments_are_refused_and_change_nothing(redis, args, message):
    with pytest.raises(CommandError, match=message) as refusal:
        backfill(*args)

    assert refusal.value.returncode == 1
    assert redis.keys() == []


def test_with_redis_off_the_command_fails_and_touches_nothing(settings):
    settings.REDIS_ENABLED = False

    with pytest.raises(CommandError, match="Redis is switched off"):
        backfill("--all-services", "-d", "2026-06-10")


def test_an_unreachable_redis_is_an_error_here(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ServiceFactory()

    with pytest.raises(CommandError, match="Redis failed: ConnectionError"):
        backfill("--all-services", "-d", "2026-06-10")


def test_a_day_that_somebody_else_counts_is_an_error_and_the_others_are_counted(redis):
    busy, other = ServiceFactory(), ServiceFactory()
    redis.set(f"{usage_key(busy.id, DAY)}:rebuild", "somebody")

    with pytest.raises(CommandError, match="1 days are being counted by someone else"):
        backfill("--all-services", "-d", "2026-06-10")

    assert counters(redis, other.id) == {}


def test_a_refusal_is_exit_code_one_and_a_sentence_on_stderr():
    command = [sys.executable, "-O", "manage.py", "backfill_template_usage", "-d", "never"]

    ended = subprocess.run([*command, "--skip-checks"], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "CommandError: never is not a day written YYYY-MM-DD\n"
