from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from notifications.letters.files import store_pdf
from notifications.tests.factories import NotificationFactory
from notify_project.models import AuditEvent
from services.tests.factories import UserFactory
from templates_app import redaction
from templates_app.models import Template
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def staff(*permissions):
    user = UserFactory(platform_admin=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client, user


def made_letter(pages=2):
    file = BytesIO()
    canvas = Canvas(file)
    for _ in range(pages):
        canvas.showPage()
    canvas.save()
    row = NotificationFactory(template=TemplateFactory(letter=True), billable_units=1)
    store_pdf(row, file.getvalue())
    return row


def picture_of(row):
    return reverse("admin:notifications_notification_pages", args=[row.pk])


def page_of(row):
    return reverse("admin:notifications_notification_change", args=[row.pk])


def reveal(client, row):
    address = reverse("admin:notifications_notification_show", args=[row.pk])
    return client.post(address, {"reason": "asked by the service"}, follow=True)


def test_who_may_see_recipients_sees_the_pages_of_a_letter_and_each_look_is_audited(files):
    row = made_letter()
    client, user = staff("view_notification", "view_recipient")

    hidden = client.get(page_of(row)).content.decode()
    refused = client.get(picture_of(row))
    page = reveal(client, row).content.decode()
    picture = client.get(picture_of(row))

    assert picture_of(row) not in hidden
    assert refused.status_code == 404
    assert picture_of(row) in page
    assert Image.open(BytesIO(picture.content)).size == (620, 2 * 877 + 12)
    assert "no-store" in picture["Cache-Control"]
    [asked, event] = AuditEvent.objects.order_by("created_at")
    assert asked.action == "show personal data"
    assert (event.action, event.actor, event.subject_id) == ("look at letter", user, str(row.id))


def test_nobody_else_does_nor_anybody_where_values_are_hidden_or_there_are_no_pages(files):
    row, text = made_letter(), NotificationFactory()
    missing = NotificationFactory(template=TemplateFactory(letter=True))
    client, user = staff("view_notification", "view_recipient")
    other, _ = staff("view_notification")
    for each in (row, text, missing):
        reveal(client, each)

    assert other.get(picture_of(row)).status_code == 404
    assert picture_of(row) not in other.get(page_of(row)).content.decode()
    assert [client.get(picture_of(each)).status_code for each in (text, missing)] == [404, 404]
    redaction.redact(Template.objects.get(id=row.template_id), actor=user)
    assert client.get(picture_of(row)).status_code == 404
    assert picture_of(row) not in client.get(page_of(row)).content.decode()
    assert not AuditEvent.objects.filter(action="look at letter").exists()
