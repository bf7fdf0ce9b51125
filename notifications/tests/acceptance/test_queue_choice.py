from itertools import product

import pytest

from notifications.acceptance.queue_choice import choose_queue, choose_storing_queue


@pytest.mark.parametrize(
    ("notification_type", "key_type", "research_mode", "process_type"),
    list(
        product(["sms", "email"], ["normal", "team", "test"], [False, True], ["normal", "priority"])
    ),
)
def test_each_text_and_email_has_one_lane(notification_type, key_type, research_mode, process_type):
    is_real = key_type != "test" and not research_mode

    lane = choose_queue(notification_type, is_real, process_type)

    if key_type == "test" or research_mode:
        assert lane == "research-mode"
    else:
        assert lane == process_type


@pytest.mark.parametrize("process_type", ["normal", "priority"])
@pytest.mark.parametrize(
    ("notification_type", "is_real", "lane"),
    [
        ("sms", True, "bulk"),
        ("email", True, "bulk"),
        ("sms", False, "research-mode"),
        ("letter", True, "letters"),
    ],
)
def test_rows_of_a_large_job_keep_out_of_the_way(notification_type, is_real, lane, process_type):
    assert choose_queue(notification_type, is_real, process_type, of_large_job=True) == lane


@pytest.mark.parametrize(("is_real", "queue"), [(True, "letters"), (False, "research-mode")])
def test_letters_have_a_queue_of_their_own(is_real, queue):
    assert choose_queue("letter", is_real, "priority") == queue


@pytest.mark.parametrize(
    ("is_real", "process_type", "queue"),
    [
        (True, "normal", "database"),
        (True, "priority", "priority"),
        (False, "normal", "research-mode"),
        (False, "priority", "research-mode"),
    ],
)
@pytest.mark.parametrize("notification_type", ["sms", "email"])
def test_a_message_waits_to_be_stored_where_it_delays_no_other(
    notification_type, is_real, process_type, queue
):
    assert choose_storing_queue(notification_type, is_real, process_type) == queue


@pytest.mark.parametrize("is_real", [True, False])
def test_letters_wait_to_be_stored_on_one_queue(is_real):
    assert choose_storing_queue("letter", is_real, "priority") == "database"
