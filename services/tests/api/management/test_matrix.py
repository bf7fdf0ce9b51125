"""Every operation, every role, own and other service: who may, and that the audit tells of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from services import api_keys, members, senders
from services.api.internal import CallerAuthentication
from services.api.management.viewsets import MEMBER, PLATFORM, ManagementViewSet
from services.models import ServiceUser
from services.tests.api.management.client import member, support
from services.tests.api.management.matrix import (
    WORDS,
    Matrix,
    below,
    operations_below,
    patterns,
)
from services.tests.factories import OrganisationFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


class World:
    """A service with one of everything."""

    def __init__(self):
        self.service = ServiceFactory(restricted=True)
        self.organisation = OrganisationFactory()
        self.colleague = UserFactory(email_address="colleague@example.org")
        members.add_member(self.service, self.colleague, actor=None)
        self.newcomer = UserFactory(email_address="newcomer@example.org")
        self.key = api_keys.issue(self.service, "old", "test", actor=None).key
        self.sms_sender = senders.add_sms_sender(self.service, "Other")
        self.reply_to = senders.add_reply_to(self.service, "other@example.org")
        self.contact = senders.add_letter_contact(self.service, "1 High Street")


# name -> (method, path, body, what is needed). MEMBER: anyone in the team.
OPERATIONS = {
    "organisation-list": ("get", lambda w: "/organisation", None, PLATFORM),
    "organisation-create": ("post", lambda w: "/organisation", {"name": "New"}, PLATFORM),
    "organisation-retrieve": (
        "get",
        lambda w: f"/organisation/{w.organisation.id}",
        None,
        PLATFORM,
    ),
    "organisation-update": (
        "put",
        lambda w: f"/organisation/{w.organisation.id}",
        {"name": "Other"},
        PLATFORM,
    ),
    "organisation-partial_update": (
        "patch",
        lambda w: f"/organisation/{w.organisation.id}",
        {"active": False},
        PLATFORM,
    ),
    "service-create": ("post", lambda w: "/service", {"name": "Newest"}, PLATFORM),
    "service-retrieve": ("get", lambda w: f"/service/{w.service.id}", None, MEMBER),
    "service-update": (
        "put",
        lambda w: f"/service/{w.service.id}",
        {"name": "Renamed"},
        "manage_settings",
    ),
    "service-partial_update": (
        "patch",
        lambda w: f"/service/{w.service.id}",
        {"prefix_sms": False},
        "manage_settings",
    ),
    "service-archive": ("post", lambda w: below(w, "archive"), {}, PLATFORM),
    "service-make_live": ("post", lambda w: below(w, "make-live"), {}, PLATFORM),
    "service-user-list": ("get", lambda w: below(w, "user"), None, MEMBER),
    "service-user-retrieve": ("get", lambda w: below(w, f"user/{w.colleague.id}"), None, MEMBER),
    "service-user-create": (
        "post",
        lambda w: below(w, "user"),
        {"email_address": "newcomer@example.org", "permissions": ["view_activity"]},
        "manage_users",
    ),
    "service-user-partial_update": (
        "patch",
        lambda w: below(w, f"user/{w.colleague.id}"),
        {"permissions": ["send_texts"]},
        "manage_users",
    ),
    "service-user-destroy": (
        "delete",
        lambda w: below(w, f"user/{w.colleague.id}"),
        None,
        "manage_users",
    ),
    "service-api-key-list": ("get", lambda w: below(w, "api-key"), None, "manage_api_keys"),
    "service-api-key-retrieve": (
        "get",
        lambda w: below(w, f"api-key/{w.key.id}"),
        None,
        "manage_api_keys",
    ),
    "service-api-key-create": (
        "post",
        lambda w: below(w, "api-key"),
        {"name": "new", "key_type": "test"},
        "manage_api_keys",
    ),
    "service-api-key-revoke": (
        "post",
        lambda w: below(w, f"api-key/{w.key.id}/revoke"),
        {},
        "manage_api_keys",
    ),
    "service-guest-list-retrieve": (
        "get",
        lambda w: below(w, "guest-list"),
        None,
        "manage_api_keys",
    ),
    "service-guest-list-replace": (
        "put",
        lambda w: below(w, "guest-list"),
        {"email_addresses": ["guest@example.org"], "phone_numbers": []},
        "manage_api_keys",
    ),
    "service-callback-list": ("get", lambda w: below(w, "callback"), None, "manage_api_keys"),
    "service-callback-create": (
        "post",
        lambda w: below(w, "callback"),
        {
            "callback_type": "delivery_status",
            "url": "https://8.8.8.8/told",
            "bearer_token": "a long token",
        },
        "manage_api_keys",
    ),
    **{
        f"service-{kind}-{action}": operation
        for kind, attribute, body in (
            ("sms-sender", "sms_sender", {"sms_sender": "Newest"}),
            ("email-reply-to", "reply_to", {"email_address": "new@example.org"}),
            ("letter-contact", "contact", {"contact_block": "2 High Street"}),
        )
        for action, operation in {
            "list": ("get", lambda w, k=kind: below(w, k), None, MEMBER),
            "retrieve": (
                "get",
                lambda w, k=kind, a=attribute: below(w, f"{k}/{getattr(w, a).id}"),
                None,
                MEMBER,
            ),
            "create": ("post", lambda w, k=kind: below(w, k), body, "manage_settings"),
            "make_default": (
                "post",
                lambda w, k=kind, a=attribute: below(w, f"{k}/{getattr(w, a).id}/make-default"),
                {},
                "manage_settings",
            ),
            "archive": (
                "post",
                lambda w, k=kind, a=attribute: below(w, f"{k}/{getattr(w, a).id}/archive"),
                {},
                "manage_settings",
            ),
        }.items()
    },
}
# Everybody has their own list and their own tokens; other tests ask for them.
OWN = {
    "service-list",
    "personal-token-list",
    "personal-token-create",
    "personal-token-retrieve",
    "personal-token-destroy",
    "service-callback-retrieve",
}


def test_every_operation_is_here():
    assert set(operations_below("services.")) == set(OPERATIONS) | OWN


def test_tokens_of_people_open_only_what_asks_for_their_rights():
    kinds = {
        getattr(pattern.callback, "cls", object)
        for pattern in patterns(get_resolver().url_patterns)
    }
    open_to_people = {
        kind
        for kind in kinds
        if CallerAuthentication in getattr(kind, "authentication_classes", ())
    }

    assert open_to_people
    assert all(issubclass(kind, ManagementViewSet) for kind in open_to_people)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(Matrix):
    operations, world = OPERATIONS, World


def test_a_person_sees_the_services_of_their_teams_alone():
    world, other = World(), ServiceFactory()
    caller = member(world.service)

    _, answer = caller.get("/service")

    assert [row["id"] for row in answer["data"]] == [str(world.service.id)]
    assert str(other.id) in {row["id"] for row in support().get("/service")[1]["data"]}


def test_someone_who_left_the_team_sees_it_no_more():
    world = World()
    caller = member(world.service, *WORDS)
    members.remove_member(world.service, caller.user, actor=None)

    assert caller.get(f"/service/{world.service.id}")[0] == 404
    assert not ServiceUser.objects.filter(user=caller.user).exists()


def test_a_page_of_a_large_team_takes_no_more_questions_than_a_small_one():
    service, caller = ServiceFactory(), support()
    url = f"/service/{service.id}/user"

    def questions(people):
        for _ in range(people):
            members.add_member(service, UserFactory(), actor=None, permissions=WORDS[:2])
        with CaptureQueriesContext(connection) as asked:
            _, answer = caller.get(url)
        assert {tuple(row["permissions"]) for row in answer["data"]} == {tuple(sorted(WORDS[:2]))}
        return len(answer["data"]), len(asked)

    (few, first), (many, second) = questions(1), questions(9)

    assert (few, many) == (1, 10)
    assert second <= first
