from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.acceptance import modes
from notifications.acceptance.modes import AcceptMode, current_mode, switch_mode
from notify_project.models import AuditEvent

KEY = "accept-mode"


def command(*arguments):
    out, err = StringIO(), StringIO()
    call_command("set_accept_mode", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture(autouse=True)
def _forget():
    modes._memory.forget(KEY)
    yield
    modes._memory.forget(KEY)


@pytest.mark.parametrize("mode", AcceptMode.values)
def test_the_environment_decides_until_somebody_switches(redis, settings, mode):
    settings.ACCEPT_MODE = mode

    assert current_mode() == mode


@pytest.mark.parametrize("mode", AcceptMode.values)
def test_the_environment_decides_without_redis(settings, mode):
    settings.ACCEPT_MODE = mode

    assert current_mode() == mode


def test_a_switch_outweighs_the_environment(redis, settings):
    settings.ACCEPT_MODE = "persist_first"
    switch_mode(AcceptMode.QUEUE_FIRST)

    assert current_mode() == AcceptMode.QUEUE_FIRST


def test_another_process_follows_once_its_memory_ends(redis, settings):
    settings.READ_MODEL_SECONDS = 30
    before = current_mode()
    redis.set(KEY, "queue_first")
    remembered = current_mode()

    modes._memory._entries.clear()

    assert (before, remembered, current_mode()) == (
        "persist_first",
        "persist_first",
        "queue_first",
    )


def test_what_is_no_mode_is_told_and_passed_over(redis, caplog):
    redis.set(KEY, "sideways")

    assert current_mode() == AcceptMode.PERSIST_FIRST
    assert "Redis holds no accept mode" in caplog.text


def test_the_command_prints_the_mode(redis):
    assert command() == ("persist_first\n", "")


@pytest.mark.django_db
def test_the_command_switches_and_misses_a_scheduler(redis):
    out, err = command("queue_first")

    assert current_mode() == AcceptMode.QUEUE_FIRST
    assert out == "Messages are accepted queue_first within 0 s.\n"
    assert err.startswith("No scheduler runs")


@pytest.mark.django_db
def test_the_command_is_content_with_a_scheduler_and_leaves_a_trace(redis):
    redis.set("rq:scheduler-lock:database", "1")

    assert command("queue_first")[1] == ""
    assert command("persist_first") == ("Messages are accepted persist_first within 0 s.\n", "")

    events = AuditEvent.objects.order_by("created_at")
    assert [(each.before, each.after) for each in events] == [
        ({"mode": "persist_first"}, {"mode": "queue_first"}),
        ({"mode": "queue_first"}, {"mode": "persist_first"}),
    ]
    assert {(each.subject_type, each.subject_id) for each in events} == {("switch", "accept mode")}


def test_the_command_switches_without_the_database_and_says_what_is_missing(redis, no_database):
    redis.set("rq:scheduler-lock:database", "1")

    out, err = command("queue_first")

    assert current_mode() == AcceptMode.QUEUE_FIRST
    assert out == "Messages are accepted queue_first within 0 s.\n"
    assert err == (
        "The database cannot be reached, so the audit does not hold this: OperationalError\n"
    )


def test_the_command_needs_redis_to_switch():
    with pytest.raises(CommandError, match="Redis did not take it: ConnectionError"):
        command("queue_first")


def test_nothing_can_be_switched_where_redis_is_switched_off(redis, settings):
    settings.REDIS_ENABLED = False

    with pytest.raises(CommandError, match="always stored first"):
        command("queue_first")

    assert redis.get(KEY) is None


def test_the_command_knows_two_modes(redis):
    with pytest.raises(CommandError, match="invalid choice"):
        command("sideways")

    assert redis.get(KEY) is None
