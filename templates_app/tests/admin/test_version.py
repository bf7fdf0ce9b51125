"""The page of an earlier version, and bringing it back."""

import pytest
from django.urls import reverse

from services.senders import add_letter_contact, archive_sender
from services.tests.factories import UserFactory
from templates_app.models import Template, TemplateHistory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template, update_template


def versions_of(template):
    return list(TemplateHistory.objects.filter(id=template.pk).order_by("version"))


def url(version, what="restore"):
    return reverse(f"admin:templates_app_templatehistory_{what}", args=[version.pk])


@pytest.fixture
def letter(db):
    """Return a letter whose first version had a contact block, and lost it."""
    row = TemplateFactory(letter=True, content="Old")
    block = add_letter_contact(row.service, "1 Road")
    update_template(row, actor=None, service_letter_contact_id=block.id)
    archive_sender(block)
    return update_template(row, actor=None, content="New")


def test_a_version_is_brought_back_after_a_question(signed_in, staff, letter):
    _, version, _ = versions_of(letter)

    offered = signed_in.get(url(version, "change")).content.decode()
    asked = signed_in.post(url(version), {})
    still = len(versions_of(letter))
    page = signed_in.post(url(version), {"confirmed": "yes"}, follow=True).content.decode()

    assert url(version) in offered
    assert "Restore version 2" in asked.content.decode()
    assert "Its contact block was archived" in asked.content.decode()
    newest = versions_of(letter)[-1]
    assert (still, newest.version, newest.created_by_id) == (3, 4, staff.id)
    assert (newest.content, newest.service_letter_contact_id) == ("Old", None)
    assert "Version 4 says what version 2 said." in page


def test_what_cannot_be_brought_back_is_said_on_the_page(signed_in):
    template = TemplateFactory(content="y" * 919)
    update_template(template, actor=None, content="Short")

    page = signed_in.post(url(versions_of(template)[0]), {"confirmed": "yes"}, follow=True)

    assert "Version 1 cannot be restored: Content has" in page.content.decode()
    assert Template.objects.get().version == 2


def test_what_is_in_use_or_archived_is_not_offered_to_anybody(signed_in, client):
    template = TemplateFactory()
    archived = archive_template(TemplateFactory(), actor=None)
    update_template(template, actor=None, content="New")
    earlier, newest = versions_of(template)
    client.force_login(UserFactory(platform_admin=True))

    for version in (newest, *versions_of(archived)):
        assert url(version) not in signed_in.get(url(version, "change")).content.decode()
        assert signed_in.post(url(version), {"confirmed": "yes"}).status_code == 403
    assert client.post(url(earlier), {"confirmed": "yes"}).status_code == 403
    assert len(versions_of(template)) == 2
