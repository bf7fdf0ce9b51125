"""The list of holds, and how it is narrowed down."""

import pytest

from notifications.support.holding import hold, release
from services.tests.api.management.client import person
from services.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def support():
    return person(UserFactory(support=True))


@pytest.fixture
def two_holds(recorded_tasks):
    """Hold two lanes, and release one."""
    for lane in ("bulk", "normal"):
        hold("lane", lane, actor=None, reason="a campaign")
    release("lane", "normal", actor=None, reason="it is over")


@pytest.mark.parametrize(("asked", "keys"), [("true", ["bulk"]), ("false", ["normal"])])
def test_what_holds_now_is_told_from_what_did(two_holds, support, asked, keys):
    status, answer = support.get(f"/holds?active={asked}")

    assert status == 200
    assert [row["key"] for row in answer["data"]] == keys


@pytest.mark.parametrize("query", ["active=null", "active=True", "active=", "kind=x", "held=true"])
def test_what_cannot_be_read_is_refused(two_holds, support, query):
    assert support.get(f"/holds?{query}")[0] == 400
