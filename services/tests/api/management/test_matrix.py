"""Every operation, every role, own and other service: who may, and that the audit tells of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from notify_project.models import AuditEvent
from services import api_keys, members, personal_tokens, senders
from services.api.internal import CallerAuthentication
from services.api.management.viewsets import MEMBER, PLATFORM, ManagementViewSet, MayUse
from services.models import InboundNumber, Organisation, ServiceUser
from services.retention import set_retention
from services.tests.accounts.signing_in import give_app
from services.tests.api.management.client import member, support
from services.tests.api.management.matrix import (
    WORDS,
    EachOperation,
    below,
    patterns_of,
)
from services.tests.factories import (
    InboundNumberFactory,
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


class World:
    """A service with one of everything."""

    def __init__(self):
        self.service = ServiceFactory(restricted=True)
        self.organisation = OrganisationFactory()
        self.colleague = UserFactory(email_address="colleague@example.org")
        members.add_member(self.service, self.colleague, actor=None)
        self.staff_colleague = UserFactory(
            roles=["read-only"], platform_admin=True, failed_login_count=10
        )
        give_app(self.staff_colleague)
        self.newcomer = UserFactory(email_address="newcomer@example.org")
        self.key = api_keys.issue(self.service, "old", "test", actor=None).key
        self.sms_sender = senders.add_sms_sender(self.service, "Other")
        self.reply_to = senders.add_reply_to(self.service, "other@example.org")
        self.contact = senders.add_letter_contact(self.service, "1 High Street")
        self.number = InboundNumberFactory()
        set_retention(self.service, "sms", 30, actor=None)
        self.event = AuditEvent.objects.get(action="change retention")

    def with_number(self):
        """Let the service have the number."""
        InboundNumber.objects.filter(id=self.number.id).update(service=self.service)
        return self


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
    "user-list": ("get", lambda w: "/user", None, PLATFORM),
    "user-create": (
        "post",
        lambda w: "/user",
        {"name": "Amala", "email_address": "amala@example.org"},
        PLATFORM,
    ),
    "user-retrieve": ("get", lambda w: f"/user/{w.colleague.id}", None, PLATFORM),
    "user-partial_update": (
        "patch",
        lambda w: f"/user/{w.colleague.id}",
        {"name": "New name"},
        PLATFORM,
    ),
    "user-support_staff": (
        "post",
        lambda w: f"/user/{w.colleague.id}/support-staff",
        {"platform_admin": True, "reason": "joined us"},
        PLATFORM,
    ),
    "user-set_roles": (
        "post",
        lambda w: f"/user/{w.colleague.id}/roles",
        {"roles": ["read-only"], "reason": "joined us"},
        PLATFORM,
    ),
    "user-role_for_a_time": (
        "post",
        lambda w: f"/user/{w.staff_colleague.id}/role-for-a-time",
        {"role": "support", "hours": 2, "reason": "on call"},
        PLATFORM,
    ),
    "user-unlock": (
        "post",
        lambda w: f"/user/{w.staff_colleague.id}/unlock",
        {"reason": "called back"},
        PLATFORM,
    ),
    "user-reset_two_factor": (
        "post",
        lambda w: f"/user/{w.staff_colleague.id}/reset-two-factor",
        {"reason": "lost it"},
        PLATFORM,
    ),
    "user-service-list": ("get", lambda w: f"/user/{w.colleague.id}/service", None, PLATFORM),
    "inbound-number-list": ("get", lambda w: "/inbound-number", None, PLATFORM),
    "inbound-number-retrieve": ("get", lambda w: f"/inbound-number/{w.number.id}", None, PLATFORM),
    "inbound-number-create": (
        "post",
        lambda w: "/inbound-number",
        {"numbers": ["07700900999"], "provider": "mmg"},
        PLATFORM,
    ),
    "inbound-number-archive": (
        "post",
        lambda w: f"/inbound-number/{w.number.id}/archive",
        {},
        PLATFORM,
    ),
    "inbound-number-release": (
        "post",
        lambda w: f"/inbound-number/{w.with_number().number.id}/release",
        {},
        PLATFORM,
    ),
    "service-inbound-number-retrieve": (
        "get",
        lambda w: below(w.with_number(), "inbound-number"),
        None,
        MEMBER,
    ),
    "service-inbound-number-allocate": (
        "post",
        lambda w: below(w, "inbound-number"),
        {},
        PLATFORM,
    ),
    "service-inbound-number-release": (
        "delete",
        lambda w: below(w.with_number(), "inbound-number"),
        None,
        PLATFORM,
    ),
    "service-data-retention-list": ("get", lambda w: below(w, "data-retention"), None, MEMBER),
    "service-data-retention-replace": (
        "put",
        lambda w: below(w, "data-retention/email"),
        {"days_of_retention": 14},
        PLATFORM,
    ),
    "service-data-retention-destroy": (
        "delete",
        lambda w: below(w, "data-retention/sms"),
        None,
        PLATFORM,
    ),
    "audit-event-list": ("get", lambda w: "/audit-event", None, PLATFORM),
    "audit-event-retrieve": ("get", lambda w: f"/audit-event/{w.event.id}", None, PLATFORM),
    "service-audit-event-list": ("get", lambda w: below(w, "audit-event"), None, "manage_settings"),
    "service-audit-event-retrieve": (
        "get",
        lambda w: below(w, f"audit-event/{w.event.id}"),
        None,
        "manage_settings",
    ),
}
# Everybody has their own list and their own tokens; other tests ask for them.
OWN = {
    "service-list",
    "personal-token-list",
    "personal-token-create",
    "personal-token-retrieve",
    "personal-token-destroy",
    "service-callback-retrieve",
    "user-me-retrieve",
    "user-me-service-list",
}


def test_all_that_knows_people_s_tokens_asks_who_they_are_and_what_they_may():
    kinds = {
        getattr(pattern.callback, "cls", object)
        for pattern in patterns_of(get_resolver().url_patterns)
    }
    open_to_people = {
        kind
        for kind in kinds
        if CallerAuthentication in getattr(kind, "authentication_classes", ())
    }

    assert open_to_people == {kind for kind in kinds if issubclass(kind, ManagementViewSet)}
    for kind in open_to_people:
        assert kind.authentication_classes == [CallerAuthentication]
        assert kind.permission_classes == [MayUse]


def _revoke(caller):
    personal_tokens.revoke(caller.issued, actor=None)


def _expire(caller):
    type(caller.issued).objects.update(expires_at=caller.issued.created_at)


def _leave(caller):
    type(caller.user).objects.update(state="inactive")


def _misspell(caller):
    caller.token += "x"


@pytest.mark.parametrize("spoil", [_revoke, _expire, _leave, _misspell])
def test_a_token_that_is_no_good_any_more_opens_nothing(spoil):
    caller = support()
    assert caller.get("/organisation")[0] == 200

    spoil(caller)

    assert caller.get("/organisation")[0] == 403
    assert caller.post("/organisation", {"name": "New"})[0] == 403
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(EachOperation):
    operations = OPERATIONS
    make_world = World


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
