"""Who may read messages, figures and money, and change allowances and budgets."""

import json
import time
import uuid
from decimal import Decimal

import jwt
import pytest
from jsonschema import Draft202012Validator

from billing.rates import forget_rates
from billing.tests.factories import RateFactory
from notifications.tests.factories import NotificationFactory
from notify_project.documentation.management import document
from notify_project.models import AuditEvent
from services import members
from services.api.management.viewsets import MEMBER, PLATFORM
from services.models import MemberPermission
from services.tests.api.management.client import Caller, member, support
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
WORDS = tuple(MemberPermission.Name.values)
DAYS = "start_date=2026-11-01&end_date=2026-11-30"
ALLOWANCE = {"free_sms_fragment_limit": 7}
BUDGET = {"period": "month", "pounds": "12.50"}


class World:
    """A service with a message."""

    def __init__(self):
        self.message = NotificationFactory()
        self.service = self.message.service

    def path(self, written):
        """Put ids into a path."""
        return written.format(
            service=f"/service/{self.service.id}",
            message=self.message.id,
            template=self.message.template_id,
        )


# name -> (path of a read, what is needed). MEMBER: anyone in the team, or anyone at all.
READS = {
    "service-notification-list": ("{service}/notifications", "view_activity"),
    "service-notification-retrieve": ("{service}/notifications/{message}", "view_activity"),
    "service-notification-timeline": (
        "{service}/notifications/{message}/timeline",
        "view_activity",
    ),
    "service-statistics-summary": ("{service}/statistics", "view_activity"),
    "service-statistics-months": ("{service}/notifications/monthly?year=2025", "view_activity"),
    "service-statistics-template_months": (
        "{service}/notifications/templates_usage/monthly?year=2025",
        "view_activity",
    ),
    "service-statistics-templates": (
        "{service}/template-statistics?whole_days=7",
        "view_activity",
    ),
    "service-statistics-template_last_used": (
        "{service}/template-statistics/last-used/{template}",
        "view_activity",
    ),
    "service-figures-list": (f"/service-statistics?{DAYS}", PLATFORM),
    "platform-stats-totals": (f"/platform-stats?{DAYS}", PLATFORM),
    "processing-time-processing_time": (f"/processing-time?{DAYS}", PLATFORM),
    "service-monthly-usage-months": ("{service}/monthly-usage?year=2025", MEMBER),
    "billing-yearly-usage-summary-yearly_usage_summary": (
        "{service}/billing/yearly-usage-summary?year=2025",
        MEMBER,
    ),
    "billing-monthly-usage-monthly_usage": ("{service}/billing/monthly-usage?year=2025", MEMBER),
    "billing-letters-letters": (f"{{service}}/billing/letters?{DAYS}", MEMBER),
    "billing-forecast-forecast": ("{service}/billing/forecast", MEMBER),
    "billing-explain-explain": (
        f"{{service}}/billing/explain?notification_type=sms&{DAYS}",
        MEMBER,
    ),
    "billing-free-sms-fragment-limit-retrieve": (
        "{service}/billing/free-sms-fragment-limit",
        MEMBER,
    ),
    "billing-budgets-list": ("{service}/billing/budgets", MEMBER),
    "letter-rates-letters": ("/letter-rates", MEMBER),
    "sms-rate-text": ("/sms-rate", MEMBER),
    "rates-sms-list": ("/rates/sms", MEMBER),
    "rates-letter-list": ("/rates/letter", MEMBER),
}
# name -> (path, body, what is needed).
WRITES = {
    "billing-free-sms-fragment-limit-create": (
        "{service}/billing/free-sms-fragment-limit",
        ALLOWANCE,
        PLATFORM,
    ),
    "billing-budgets-create": ("{service}/billing/budgets", BUDGET, "manage_settings"),
}


@pytest.fixture(autouse=True)
def _as_installed(settings):
    settings.REDIS_ENABLED = False
    settings.INTERNAL_API_SECRET = "a secret of at least thirty-two bytes"
    RateFactory(rate=Decimal("0.02"))
    yield
    forget_rates()


def program():
    """Return a program of the installation."""
    claims = {"iss": "notify-admin", "iat": int(time.time())}
    return Caller(jwt.encode(claims, "a secret of at least thirty-two bytes", "HS256"))


def stranger():
    """Return somebody who may do everything, for another service."""
    return member(ServiceFactory(), *WORDS)


def with_token_of_another_service(world):
    """Return a member of the service whose token is for another one."""
    other = ServiceFactory()
    caller = member(world.service, *WORDS, service=other)
    members.add_member(other, caller.user, actor=None, permissions=WORDS)
    return caller


def without(word):
    return [each for each in WORDS if each != word]


@pytest.fixture(scope="module")
def described():
    return json.loads(json.dumps(document("https://notify.example")))


def require_as_described(answer, described, written):
    """Compare an answer with what /openapi.json says of it."""
    names = {"service": "/service/{service_id}", "message": "{id}", "template": "{template_id}"}
    operation = described["paths"][written.partition("?")[0].format(**names)]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": described["components"]}).validate(answer)


@pytest.mark.parametrize("name", sorted(READS))
def test_who_may_read(name, described):
    world = World()
    written, need = READS[name]
    path, of_a_service = world.path(written), written.startswith("{service}")
    for_all = need == MEMBER and not of_a_service
    expected = {
        "support staff": (support(), 200),
        "support staff who may only read": (support(scope="read"), 200),
        "a program": (program(), 200),
        "a member with all other permissions": (
            member(world.service, *without(need)),
            200 if need == MEMBER else 403,
        ),
        "a member with just the permission": (
            member(world.service, *{need} & {*WORDS}, scope="read"),
            403 if need == PLATFORM else 200,
        ),
        "a stranger": (stranger(), 200 if for_all else 403 if need == PLATFORM else 404),
        "a token of another service": (
            with_token_of_another_service(world),
            200 if for_all else 403 if need == PLATFORM else 404,
        ),
        "nobody": (Caller(""), 403),
        "a wrong token": (Caller("npt_wrong"), 403),
    }
    changes = AuditEvent.objects.exclude(action__startswith="look at")
    before = changes.count()

    answers = {who: caller.get(path) for who, (caller, _) in expected.items()}

    assert {who: status for who, (status, _) in answers.items()} == {
        who: status for who, (_, status) in expected.items()
    }
    for status, answer in answers.values():
        if status == 200:
            require_as_described(answer, described, written)
        else:
            assert answer["result"] == "error"
    assert changes.count() == before


@pytest.mark.parametrize("name", sorted(WRITES))
def test_who_may_write(name):
    world = World()
    written, body, need = WRITES[name]
    path = world.path(written)
    refused = {
        "support staff who may only read": (support(scope="read"), 403),
        "a member with all other permissions": (member(world.service, *without(need)), 403),
        "a member who may only read": (member(world.service, *WORDS, scope="read"), 403),
        "a stranger": (stranger(), 404),
        "a token of another service": (with_token_of_another_service(world), 404),
        "nobody": (Caller(""), 403),
    }
    events = AuditEvent.objects.count()

    answers = {who: caller.post(path, body)[0] for who, (caller, _) in refused.items()}

    assert answers == {who: status for who, (_, status) in refused.items()}
    assert AuditEvent.objects.count() == events
    with_permission = member(world.service, *{need} & {*WORDS})
    if need == PLATFORM:
        assert with_permission.post(path, body)[0] == 403
    else:
        assert with_permission.post(path, body) == (201, body)
        assert AuditEvent.objects.filter(actor=with_permission.user).exists()
    other = ServiceFactory()
    staff = support()
    assert staff.post(path.replace(str(world.service.id), str(other.id)), body) == (201, body)
    event = AuditEvent.objects.get(service_id=other.id)
    assert (event.actor_id, bool(event.request_id)) == (staff.user.id, True)
    assert event.before != event.after
    assert program().post(path, body)[0] == 201


def test_a_service_that_is_not_there_is_not_found():
    caller = support()
    world = World()
    world.service.id = uuid.uuid4()

    for written, _ in READS.values():
        if written.startswith("{service}"):
            status, answer = caller.get(world.path(written))
            assert (status, answer["message"]) == (404, "No result found"), written
