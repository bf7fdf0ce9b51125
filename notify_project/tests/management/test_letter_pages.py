"""Who may look at the pages of a letter, and what they see."""

import io

import pytest
from PIL import Image

from notifications.letters import files as stored
from notifications.letters.files import Folder
from notifications.tests.factories import NotificationFactory
from notifications.tests.letters.precompiled.written import letter, put
from services.models import MemberPermission
from services.tests.api.management.client import Caller, member, support
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
OPERATIONS = ("service-letter-page-picture",)
WORDS = tuple(MemberPermission.Name.values)


@pytest.fixture
def refused(files):
    """Return a letter with a word in its margin."""
    row = NotificationFactory(letter=True, status="validation-failed")
    pdf = letter(extra=lambda canvas, _: put(canvas, 3, 150, "X"))
    stored.set_aside(row, Folder.INVALID, pdf)
    return row


def ask(caller, row, page=1, service=None):
    """Return status and picture, or the error."""
    path = f"/service/{service or row.service_id}/notifications/{row.id}/letter/page/{page}.png"
    answer = caller.client.get(path, HTTP_AUTHORIZATION=f"Bearer {caller.token}")
    if answer.headers["Content-Type"] != "image/png":
        return answer.status_code, answer.json()["message"]
    return answer.status_code, Image.open(io.BytesIO(answer.content)).convert("RGB")


def test_what_is_outside_of_the_printable_areas_is_marked(refused):
    status, picture = ask(member(refused.service, "view_activity", scope="read"), refused)

    assert status == 200
    # A little below and right of the word's corner, and on the edge of the text's area.
    red = {picture.getpixel((x, y)) for x in range(10, 22) for y in range(590, 605)}
    assert (212, 53, 28) in red
    assert picture.getpixel((55, 800)) == (29, 112, 184)


def test_who_may_look(refused):
    other = ServiceFactory()
    callers = {
        "support": (support(scope="read"), refused.service_id, 200),
        "a member with all other permissions": (
            member(refused.service, *(word for word in WORDS if word != "view_activity")),
            refused.service_id,
            403,
        ),
        "a stranger": (member(other, *WORDS), refused.service_id, 404),
        "a stranger below the own service": (member(other, *WORDS), other.id, 404),
        "nobody": (Caller(""), refused.service_id, 403),
    }

    answers = {who: ask(caller, refused, 1, at)[0] for who, (caller, at, _) in callers.items()}

    assert answers == {who: expected for who, (_, _, expected) in callers.items()}


def test_what_cannot_be_shown_says_why(refused):
    infected = NotificationFactory(
        letter=True, status="virus-scan-failed", template__service=refused.service
    )
    waiting = NotificationFactory(
        letter=True, status="pending-virus-check", template__service=refused.service
    )
    for row in (infected, waiting):
        stored.set_aside(row, Folder.SCAN, letter())
    caller = support()

    assert ask(caller, refused, 2) == (404, "No result found")
    assert ask(caller, refused, 0) == (404, "No result found")
    assert ask(caller, infected)[:1] == (400,)
    assert ask(caller, waiting)[:1] == (400,)
