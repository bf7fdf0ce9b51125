"""Operations on changes of templates: every role, own and other service."""

import pytest

from services.api.management.viewsets import MEMBER
from services.tests.api.management.matrix import EachOperation, below
from services.tests.factories import ServiceFactory
from templates_app.models import TemplateChange
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
PROPOSED = {"name": "Code", "template_type": "sms", "content": "Code ((code))"}


class World:
    """A service with a template."""

    def __init__(self):
        self.service = ServiceFactory()
        self.template = TemplateFactory(service=self.service)


def change(world, state):
    row = TemplateChange.objects.create(
        service=world.service, kind="create", state=state, proposed=PROPOSED
    )
    return below(world, f"template-change/{row.id}")


# name -> (method, path, body, what is needed). MEMBER: anyone in the team.
OPERATIONS = {
    "service-template-versions-diff": (
        "get",
        lambda w: below(w, f"template/{w.template.id}/versions/diff?from=1&to=1"),
        None,
        MEMBER,
    ),
    "service-template-change-list": ("get", lambda w: below(w, "template-change"), None, MEMBER),
    "service-template-change-retrieve": ("get", lambda w: change(w, "draft"), None, MEMBER),
    "service-template-change-create": (
        "post",
        lambda w: below(w, "template-change"),
        {"kind": "create", "proposed": PROPOSED},
        "manage_templates",
    ),
    "service-template-change-partial_update": (
        "patch",
        lambda w: change(w, "draft"),
        {"note": "because"},
        "manage_templates",
    ),
    **{
        f"service-template-change-{step}": (
            "post",
            lambda w, step=step, state=state: f"{change(w, state)}/{step}",
            body,
            "manage_templates",
        )
        for step, state, body in (
            ("submit", "draft", {}),
            ("approve", "in-review", {}),
            ("refuse", "in-review", {"note": "no"}),
            ("withdraw", "approved", {}),
            ("publish", "draft", {}),
        )
    },
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(EachOperation):
    operations = OPERATIONS
    make_world = World
