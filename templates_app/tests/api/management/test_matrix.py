"""Who may do what with templates and folders."""

from base64 import b64encode
from functools import cached_property

import pytest

from services.api.management.viewsets import MEMBER
from services.tests.api.management.matrix import EachOperation, below
from services.tests.factories import ServiceFactory
from templates_app.letter_attachments import attach
from templates_app.tests.attachments import pdf
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import update_template

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
MANAGE = "manage_templates"


class World:
    """A service with a folder, and a template of two versions."""

    def __init__(self):
        self.service = ServiceFactory()
        self.folder = TemplateFolderFactory(service=self.service)
        self.letter = TemplateFactory(service=self.service, letter=True)
        made = TemplateFactory(service=self.service, content="Old")
        self.template = update_template(made, actor=made.created_by, content="Hello ((name))")

    @cached_property
    def attached(self):
        letter = TemplateFactory(service=self.service, letter=True)
        return attach(letter, pdf(), file_name="map.pdf", actor=None)


def template(rest=""):
    return lambda world: below(world, f"template/{world.template.id}{rest}")


def folder(rest=""):
    return lambda world: below(world, f"template-folder/{world.folder.id}{rest}")


# name -> (method, path, body or what makes it, what is needed).
OPERATIONS = {
    "service-template-list": ("get", lambda w: below(w, "template"), None, MEMBER),
    "service-template-retrieve": ("get", template(), None, MEMBER),
    "service-template-create": (
        "post",
        lambda w: below(w, "template"),
        {"name": "New", "template_type": "sms", "content": "Hello"},
        MANAGE,
    ),
    "service-template-partial_update": ("patch", template(), {"content": "Newest"}, MANAGE),
    "service-template-archive": ("post", template("/archive"), {}, MANAGE),
    "service-template-redact": ("post", template("/redact"), {}, MANAGE),
    "service-template-restore": ("post", template("/restore"), {"version": 1}, MANAGE),
    "service-template-preview": (
        "post",
        template("/preview"),
        {"personalisation": {"name": "Amala"}},
        MEMBER,
    ),
    "service-template-attachment": (
        "get",
        lambda w: below(w, f"template/{w.attached.id}/attachment"),
        None,
        MEMBER,
    ),
    "service-template-attach": (
        "post",
        lambda w: below(w, f"template/{w.letter.id}/attachment"),
        {"original_filename": "map.pdf", "content": b64encode(pdf()).decode()},
        MANAGE,
    ),
    "service-template-archive_attachment": (
        "post",
        lambda w: below(w, f"template/{w.attached.id}/attachment/archive"),
        {},
        MANAGE,
    ),
    "service-template-page": (
        "get",
        lambda w: below(w, f"template/{w.letter.id}/preview/1.png"),
        None,
        MEMBER,
    ),
    "service-template-version-list": ("get", template("/versions"), None, MEMBER),
    "service-template-version-retrieve": ("get", template("/versions/1"), None, MEMBER),
    "service-template-folder-list": ("get", lambda w: below(w, "template-folder"), None, MEMBER),
    "service-template-folder-retrieve": ("get", folder(), None, MEMBER),
    "service-template-folder-create": (
        "post",
        lambda w: below(w, "template-folder"),
        {"name": "New"},
        MANAGE,
    ),
    "service-template-folder-partial_update": ("patch", folder(), {"name": "Renamed"}, MANAGE),
    "service-template-folder-destroy": ("delete", folder(), None, MANAGE),
    "service-template-folder-move": (
        "post",
        lambda w: below(w, "template-folder/move"),
        lambda w: {"into": str(w.folder.id), "templates": [str(w.template.id)]},
        MANAGE,
    ),
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(EachOperation):
    operations = OPERATIONS
    make_world = World
    reads = frozenset({"service-template-preview"})
    # Somebody must answer for it.
    of_people = frozenset({"service-template-redact"})
