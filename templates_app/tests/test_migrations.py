"""What upgrading does to templates that exist already."""

import uuid

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from notify_project import clock
from services.senders import add_letter_contact, archive_sender
from services.tests.factories import ServiceFactory
from templates_app.folders import create_folder, move
from templates_app.models import Template, TemplateHistory
from templates_app.versions import update_template


def migrate(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("templates_app", name)])
    return executor.loader.project_state([("templates_app", name)]).apps


@pytest.fixture
def earlier(transactional_db):
    """Return the models as they were before there were folders."""
    yield migrate("0003_unsubscribe_link")
    # Other apps' tables went with it: all come back.
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:
        # As for every other test: this one empties the tables when it ends.
        cursor.execute(
            "ALTER TABLE templates_history DISABLE TRIGGER tg_templates_history_never_emptied"
        )


def old_template(apps, service, **values):
    columns = {
        "id": uuid.uuid4(),
        "version": 1,
        "service_id": service.id,
        "name": "Old",
        "created_at": clock.now(),
        **values,
    }
    template = apps.get_model("templates_app", "Template").objects.create(**columns)
    apps.get_model("templates_app", "TemplateHistory").objects.create(**columns)
    apps.get_model("templates_app", "TemplateRedacted").objects.create(template=template)
    return template


def test_earlier_templates_can_be_moved_and_changed(earlier):
    service = ServiceFactory()
    block = add_letter_contact(service, "1 Road")
    letter = old_template(
        earlier,
        service,
        template_type="letter",
        subject="About",
        postage="second",
        service_letter_contact_id=block.id,
    )
    text = old_template(earlier, service, template_type="sms")
    archive_sender(block)
    # As it was done then: without a version.
    letter.service_letter_contact_id = None
    letter.save()

    # What is used below are the models of today.
    migrate("0008_letter_attachments")
    folder = create_folder(service, "Letters", actor=None)
    move(service, template_ids=[letter.id, text.id], into=folder.id, actor=None)
    row = Template.objects.get(id=letter.id)
    update_template(row, actor=None, content="New")

    assert row.service_letter_contact == block
    languages = dict(TemplateHistory.objects.values_list("template_type", "letter_languages"))
    assert languages == {"letter": "english", "sms": None}
    versions = TemplateHistory.objects.filter(id=letter.id).order_by("version")
    assert [each.service_letter_contact_id for each in versions] == [block.id, None]
