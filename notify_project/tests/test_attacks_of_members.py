"""What a member of one service tries, to see or to change what belongs to another."""

import json
import logging

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from notifications.models import Notification, NotificationHistory
from notifications.tests.factories import InboundSmsFactory, NotificationFactory
from notify_project.models import AuditEvent
from notify_project.tests.test_admin_pages import LISTS
from services import members
from services.models import PersonSession, Service, User
from services.models.member_permission import MemberPermission
from services.session_store import SessionStore
from services.tests.accounts.signing_in import person_with_password, sign_in
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

TELLING = "Secret of others"
NUMBER = "447900900999"


@pytest.fixture
def own():
    return ServiceFactory(name="Own libraries")


@pytest.fixture
def person(own):
    person = person_with_password(roles=["service-member"])
    members.add_member(own, person, actor=None, permissions=MemberPermission.Name.values)
    return person


@pytest.fixture
def member(person):
    return sign_in(person)[0]


@pytest.fixture
def theirs():
    """Give a message of another service, all of whose names tell."""
    service = ServiceFactory(name=f"{TELLING} service")
    template = TemplateFactory(service=service, name=f"{TELLING} template", content=TELLING)
    key = ApiKeyFactory(service=service, name=f"{TELLING} key")
    return NotificationFactory(
        template=template,
        api_key=key,
        to=NUMBER,
        normalised_to=NUMBER,
        reference="theirreference",
        client_reference="theirs 7",
    )


def test_the_find_box_finds_nothing_of_others(member, theirs, redis):
    terms = [
        *(theirs.id, theirs.id.hex, theirs.service_id, theirs.template_id, theirs.api_key_id),
        *("theirs 7", "theirreference", TELLING, NUMBER, "07900 900999"),
    ]

    for term in terms:
        answer = member.post("/admin/find/", {"term": str(term), "reason": "a question"})
        assert answer.status_code == 200, term
        assert TELLING not in answer.content.decode().replace(f'value="{TELLING}"', ""), term
        assert f"{theirs.id}/change" not in answer.content.decode(), term


def test_lists_whose_filters_name_others_show_nothing_of_them(member, theirs, redis):
    given = {
        *("service__id__exact", "service", "service_id", "template", "template__id__exact"),
        *("api_key", "job", "actor", "q", "reference", "provider"),
    }
    values = [str(theirs.service_id), str(theirs.template_id), str(theirs.api_key_id)]

    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        url = reverse(f"admin:{name}_changelist")
        for value in values:
            page = member.get(url, dict.fromkeys(given, value))
            assert page.status_code in {200, 302, 403}, name
            assert TELLING not in page.content.decode(), (name, value)
        break_out = {"service__name__startswith": TELLING, "template__service__name": TELLING}
        page = member.get(url, break_out)
        assert page.status_code in {200, 302, 400, 403}, name


def test_boxes_that_suggest_offer_nothing_of_others_whatever_they_are_asked(member, theirs):
    offered = []
    for model in admin.site._registry:
        for field in model._meta.concrete_fields:
            if field.is_relation:
                asked = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                    "term": "",
                }
                answer = member.get(reverse("admin:autocomplete"), asked)
                assert answer.status_code in {200, 403, 404}
                if answer.status_code == 200:
                    offered += json.loads(answer.content)["results"]

    assert not [row for row in offered if TELLING in row["text"]]
    assert not [row for row in offered if row["id"] == str(theirs.service_id)]


def test_pages_without_a_table_show_nothing_of_others(member, theirs, redis):
    pages = [
        *("/admin/", "/admin/template-usage/", "/admin/search/?s=Secret"),
        *(f"/admin/services/service/{theirs.service_id}/overview/",),
        *(f"/admin/notifications/servicestatistics/{theirs.service_id}/change/",),
        *(f"/admin/notifications/notification/{theirs.id}/body/",),
        *(f"/admin/notifications/notification/{theirs.id}/pages.png",),
        *(f"/admin/notifications/notification/{theirs.id}/letter/page/1.png",),
        *(f"/admin/template-usage/?service={theirs.service_id}",),
        *(f"/admin/notifications/hold/add/?kind=service&key={theirs.service_id}",),
        *("/admin/notifications/reportrequest/", "/admin/notify_project/auditevent/"),
        *(f"/admin/r/{_content_type(Service)}/{theirs.service_id}/",),
        reverse("admin:notifications_notification_key_use", args=[theirs.api_key_id]),
    ]

    for url in pages:
        page = member.get(url)
        assert page.status_code in {200, 302, 403, 404}, url
        assert TELLING not in page.content.decode(), url


def _content_type(model):
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415

    return ContentType.objects.get_for_model(model).pk


def test_no_act_reaches_what_belongs_to_others(member, theirs, redis, recorded_tasks):
    site, message = "/admin", f"notifications/notification/{theirs.id}"
    words = ["show", "hide", "send-now", "tell-again", "mark-failed", "cancel", "give-up"]
    urls = [f"{site}/{message}/{word}/" for word in words]
    urls += [f"{site}/services/service/{theirs.service_id}/{word}/" for word in ("archive", "hold")]
    urls += [f"{site}/services/apikey/{theirs.api_key_id}/revoke/"]
    urls += [f"{site}/notifications/hold/add/?kind=template&key={theirs.template_id}"]
    form = {"confirmed": "yes", "reason": "curious", "typed": TELLING}

    answers = {url: member.post(url, form).status_code for url in urls}

    assert set(answers.values()) <= {403, 404}, answers
    assert not AuditEvent.objects.filter(service_id=theirs.service_id).exists()


@pytest.mark.parametrize("path", ["live/", "live/pages/"])
def test_the_preview_draws_nothing_of_others(member, theirs, path):
    url = f"/admin/templates_app/template/{path}"

    by_row = member.post(url, {"live_template": theirs.template_id, "script": "yes"})
    by_service = member.post(
        url, {"service": theirs.service_id, "template_type": "sms", "content": "x"}
    )

    assert by_row.status_code == 404
    assert by_service.status_code == 403


def test_history_is_not_for_members(member, own, theirs):
    row = NotificationFactory(template=TemplateFactory(service=own))
    ids = [theirs.id, row.id]
    assert NotificationHistory.objects.filter(id__in=ids).count() == 2
    Notification.objects.filter(id__in=ids).delete()

    pages = [
        member.get(reverse("admin:notifications_notificationhistory_change", args=[row_id]))
        for row_id in ids
    ]

    assert {page.status_code for page in pages} == {403}
    assert TELLING not in pages[0].content.decode()


def test_who_is_in_no_team_gets_no_error_and_no_rows(redis, recorded_tasks):
    client = Client()
    client.force_login(UserFactory(roles=["service-member"]))
    for make in LISTS.values():
        make()

    for name in LISTS:
        page = client.get(reverse(f"admin:{name}_changelist"))
        assert page.status_code in {200, 403}, name
        assert "/change/" not in page.content.decode(), name
    for url in ("/admin/", "/admin/find/", "/admin/template-usage/"):
        assert client.get(url).status_code in {200, 403}, url


def test_who_leaves_their_last_team_while_signed_in_sees_nothing_from_the_next_page_on(
    member, person, own, redis
):
    message = NotificationFactory(template=TemplateFactory(service=own))
    page = reverse("admin:notifications_notification_change", args=[message.pk])
    show = page.replace("/change/", "/show/")
    before = member.get(page).status_code, member.post(show, {"reason": "a call"}).status_code

    members.remove_member(own, person, actor=None)

    after = member.get(page).status_code, member.post(show, {"reason": "a call"}).status_code
    assert (before, after) == ((200, 302), (403, 403))
    found = member.post("/admin/find/", {"term": str(message.id)}).content.decode()
    assert f"{message.id}/change" not in found


def test_who_was_shown_a_recipient_and_leaves_the_team_sees_it_no_more(member, person, own, redis):
    other = ServiceFactory()
    members.add_member(other, person, actor=None, permissions=MemberPermission.Name.values)
    message = NotificationFactory(template=TemplateFactory(service=own, email=True))
    body = f"/admin/notifications/notification/{message.pk}/body/"
    member.post(body.replace("/body/", "/show/"), {"reason": "a call"})
    before = member.get(body).status_code

    members.remove_member(own, person, actor=None)

    assert (before, member.get(body).status_code) == (200, 404)


def test_personal_data_is_in_no_address_log_audit_event_or_session(
    member, own, person, caplog, redis
):
    caplog.set_level(logging.DEBUG)
    message = NotificationFactory(
        template=TemplateFactory(service=own), to=NUMBER, normalised_to=NUMBER
    )
    page = reverse("admin:notifications_notification_change", args=[message.pk])

    answers = [
        member.post("/admin/find/", {"term": NUMBER, "reason": "a call"}),
        member.get("/admin/find/", {"q": NUMBER}),
        member.post(page.replace("/change/", "/show/"), {"reason": f"called {NUMBER}"}),
        member.post(page.replace("/change/", "/show/"), {"reason": "a call"}),
        member.get(page),
        member.post(page, {"to": NUMBER}),
        member.get(page.replace("/change/", "/nothing/")),
    ]

    kept = list(AuditEvent.objects.values_list("before", "after", "reason"))
    sessions = [str(SessionStore().decode(row.session_data)) for row in PersonSession.objects.all()]
    addresses = [answer.get("Location", "") for answer in answers]
    logged = caplog.text.replace("q=" + NUMBER, "")
    assert NUMBER in answers[4].content.decode()
    for text in (str(kept), str(sessions), str(addresses), logged, answers[6].content.decode()):
        assert NUMBER not in text
        assert NUMBER[2:] not in text


def test_a_member_sees_no_received_text_of_others_nor_says_why(member):
    text = InboundSmsFactory()
    page = reverse("admin:notifications_inboundsms_change", args=[text.pk])

    answers = [member.get(page), member.post(page.replace("/change/", "/see/"), {"reason": "why"})]

    assert {answer.status_code for answer in answers} <= {403, 404}


def test_a_session_of_a_member_changes_nothing_through_the_api_from_another_site(person, own):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    path = f"/service/{own.id}/template"
    body = {"name": "x", "template_type": "sms", "content": "x"}

    refused = client.post(path, body, content_type="application/json")

    assert refused.status_code == 403
    assert client.get(f"/service/{own.id}").status_code == 200


def test_a_member_gives_themselves_no_role(member, person):
    for word in ("change", "roles", "give-role", "password", "unlock"):
        answer = member.post(
            f"/admin/services/user/{person.pk}/{word}/",
            {"roles": ["administrator"], "role": "support", "hours": 2, "reason": "mine"},
        )
        assert answer.status_code in {403, 404}, word
    api = member.post(
        f"/user/{person.pk}/roles",
        {"roles": ["administrator"], "reason": "mine"},
        content_type="application/json",
    )

    assert api.status_code in {403, 404}
    assert User.objects.get(pk=person.pk).roles == ["service-member"]
    assert apps.get_model("services", "User").objects.filter(platform_admin=True).count() == 0
