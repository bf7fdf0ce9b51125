"""Why a message ended, in words."""

from notifications.lifecycle.by_hand import FAILED_BY_HAND
from notifications.support.timeline.endings import explain


def test_what_support_staff_ended_is_no_fault_of_the_service():
    ending = explain("technical-failure", "sms", FAILED_BY_HAND)

    assert "Support staff ended it" in ending.why
    assert "what is wrong with it" not in ending.advice
