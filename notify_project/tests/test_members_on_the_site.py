"""Members of a service on the admin site: they see its rows, and nobody else's."""

import json

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from notifications.models import Job
from notifications.tests.factories import NotificationFactory
from notify_project.admin.scope import may_see_service, scoped
from notify_project.tests.test_admin_pages import LISTS
from services import members
from services.models import ApiKey, Service, User
from services.models.member_permission import MemberPermission
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.models import Template
from templates_app.tests.factories import TemplateFactory

EVERYTHING = MemberPermission.Name.values


def member_of(service, *permissions, **columns):
    """Return a client of a member of a service's team."""
    user = UserFactory(**({"roles": ["service-member"]} | columns))
    members.add_member(service, user, actor=None, permissions=permissions)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def own(db):
    return ServiceFactory(name="Own libraries")


@pytest.fixture
def member(own):
    return member_of(own, *EVERYTHING)


def test_rows_of_others_are_as_if_they_were_not_there(member, recorded_tasks, redis):
    for name, make in LISTS.items():
        app, _, model_name = name.rpartition("_")
        model = apps.get_model(app, model_name)
        before = set(model.objects.values_list("pk", flat=True))
        make()
        row = next(iter(set(model.objects.values_list("pk", flat=True)) - before))

        for kind in ("change", "history"):
            page = member.get(reverse(f"admin:{name}_{kind}", args=[row]))
            assert page.status_code in {403, 404}, (name, kind)
        listed = member.get(reverse(f"admin:{name}_changelist"))
        assert listed.status_code in {200, 403}, name
        assert f"{name.rpartition('_')[2]}/{row}/" not in listed.content.decode(), name


def test_own_rows_are_there(member, own, recorded_tasks, redis):
    template = TemplateFactory(service=own, name="Book ready")
    message = NotificationFactory(template=template)
    key = ApiKeyFactory(service=own)

    pages = {
        "services_service": own.pk,
        "templates_app_template": template.pk,
        "notifications_notification": message.pk,
        "services_apikey": key.pk,
        "notifications_servicestatistics": own.pk,
    }
    for name, row in pages.items():
        assert member.get(reverse(f"admin:{name}_change", args=[row])).status_code == 200, name
        listed = member.get(reverse(f"admin:{name}_changelist")).content.decode()
        assert f"{name.rpartition('_')[2]}/{row}/" in listed, name


def test_a_search_for_others_rows_finds_nothing(member):
    other = NotificationFactory(client_reference="order 7", normalised_to="447900900999")
    url = reverse("admin:notifications_notification_changelist")

    for term in (other.id, other.service_id, "order 7", "447900900999"):
        assert f"{other.id}/change" not in member.get(url, {"q": str(term)}).content.decode()


def test_boxes_that_suggest_offer_own_rows_alone(member, own):
    other = ServiceFactory(name="Other libraries")
    asked = {"app_label": "services", "model_name": "apikey", "field_name": "service"}

    answer = member.get(reverse("admin:autocomplete"), asked | {"term": "libraries"})

    offered = [row["id"] for row in json.loads(answer.content)["results"]]
    assert offered == [str(own.id)]
    assert str(other.id) not in offered


def test_nothing_is_made_for_the_service_of_others(member, own):
    other = ServiceFactory()
    url = reverse("admin:services_apikey_add")
    form = {"name": "New", "key_type": "team", "reason": "new team"}

    refused = member.post(url, form | {"service": other.id})
    made = member.post(url, form | {"service": own.id})

    assert "not one of the available choices" in refused.content.decode()
    assert made.status_code == 200
    assert [key.service for key in ApiKey.objects.all()] == [own]


def test_actions_touch_own_rows_alone(member, own):
    mine, theirs = ApiKeyFactory(service=own), ApiKeyFactory()

    member.post(
        reverse("admin:services_apikey_changelist"),
        {
            "action": "revoke_keys",
            "_selected_action": [mine.pk, theirs.pk],
            "confirmed": "yes",
            "reason": "they leaked",
            "typed": mine.name,
        },
    )

    assert ApiKey.objects.get(pk=mine.pk).expiry_date is not None
    assert ApiKey.objects.get(pk=theirs.pk).expiry_date is None


@pytest.mark.parametrize("step", ["archive", "redact", "send"])
def test_templates_of_others_are_not_touched(member, step):
    theirs = TemplateFactory()

    page = member.post(
        f"/admin/templates_app/template/{theirs.pk}/{step}/", {"confirmed": "yes", "reason": "x"}
    )

    assert page.status_code in {403, 404}
    assert not Template.objects.get(pk=theirs.pk).archived


def test_files_are_sent_for_own_templates_alone(member, own):
    mine, theirs = TemplateFactory(service=own), TemplateFactory(name="Their template")
    url = reverse("admin:notifications_job_add")

    services = member.get(url).content.decode()
    chosen = member.get(url, {"service": theirs.service_id}).content.decode()
    template = member.get(url, {"template": theirs.pk}).content.decode()

    assert own.name in services
    assert theirs.service.name not in services + chosen
    assert "Their template" not in chosen + template
    assert member.get(url, {"template": mine.pk}).status_code == 200


def test_how_a_job_of_others_goes_is_not_told(member):
    theirs = TemplateFactory()
    job = Job.objects.create(
        service=theirs.service,
        template=theirs,
        template_version=1,
        original_file_name="people.csv",
        notification_count=1,
        created_by=UserFactory(),
    )

    assert member.get(f"/admin/notifications/job/{job.id}/progress/").status_code == 404
    assert member.get(f"/admin/notifications/job/{job.id}/report/").status_code in {403, 404}


def test_a_recipient_is_shown_to_who_may_see_activity(own):
    message = NotificationFactory(template=TemplateFactory(service=own))
    url = reverse("admin:notifications_notification_change", args=[message.pk])

    assert member_of(own, "view_activity").get(url).status_code == 200
    assert member_of(own, "manage_templates").get(url).status_code == 403


def test_in_several_teams_one_may_what_one_may_in_each(own):
    other = ServiceFactory()
    client = member_of(own, "manage_templates", "view_activity")
    user = User.objects.get(memberships__service=own)
    members.add_member(other, user, actor=None, permissions=["manage_templates"])
    template = TemplateFactory(service=other)

    listed = client.get(reverse("admin:templates_app_template_changelist")).content.decode()

    fresh = User.objects.get(pk=user.pk)
    assert str(template.pk) in listed
    assert fresh.has_perm("templates_app.change_template")
    assert not fresh.has_perm("notifications.view_recipient")


def test_who_is_in_no_team_sees_nothing(db):
    user = UserFactory(roles=["service-member"])
    ServiceFactory()

    assert not user.has_perm("services.view_service")
    assert not scoped(Service.objects.all(), user, "id").exists()


def test_a_member_without_the_role_does_not_get_in(own):
    client = member_of(own, *EVERYTHING, roles=[])

    assert client.get("/admin/")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("state", ["inactive", "pending"])
def test_who_may_not_sign_in_sees_no_service(own, state):
    user = UserFactory(roles=["service-member"], state=state)
    members.add_member(own, user, actor=None)

    assert not may_see_service(user, own.id)


def test_whose_a_service_is(own):
    user, support = UserFactory(roles=["service-member"]), UserFactory(platform_admin=True)
    members.add_member(own, user, actor=None)
    other = ServiceFactory()

    assert may_see_service(user, own.id)
    assert may_see_service(user, str(own.id))
    assert not may_see_service(user, other.id)
    assert not may_see_service(user, None)
    assert may_see_service(support, other.id)


def test_who_leaves_a_team_sees_it_no_more(own, member):
    url = reverse("admin:services_service_change", args=[own.pk])
    before = member.get(url).status_code

    members.remove_member(own, User.objects.get(memberships__service=own), actor=None)

    assert (before, member.get(url).status_code) == (200, 403)


def test_every_page_says_how_its_rows_reach_their_service():
    """A page without the attribute would show members what is not theirs."""
    apart = {"auth.group", "django_rq.dashboard"}
    for model, page in admin.site._registry.items():
        label = model._meta.label_lower
        if label in apart:
            continue
        path = page.service_path
        if path not in {None, "id"}:
            assert {path, f"{path}_id"} & {
                name for field in model._meta.fields for name in (field.name, field.attname)
            }, label


def test_a_management_session_of_a_member_is_of_their_services(own, member):
    other = ServiceFactory()

    assert member.get(f"/service/{own.id}").status_code == 200
    assert member.get(f"/service/{other.id}").status_code == 404
