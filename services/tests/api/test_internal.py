import time
from types import SimpleNamespace

import jwt
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.request import Request

from notify_project.api.errors import AuthError, Forbidden
from services.api.internal import InternalAuthentication
from services.members import EVERY_PERMISSION
from services.principal import Principal
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory

SECRET = "internal-secret-of-at-least-32-bytes"
STAFF = SimpleNamespace(is_active=True, is_staff=True, platform_admin=True)


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.INTERNAL_API_SECRET = SECRET


def authenticate(*, header=None, user=None, method="get", check_csrf=True):
    meta = {} if header is None else {"HTTP_AUTHORIZATION": header}
    request = getattr(RequestFactory(enforce_csrf_checks=check_csrf), method)("/service/1", **meta)
    request.user, request.session = user or AnonymousUser(), {}
    return InternalAuthentication().authenticate(Request(request))


def refusal(**options):
    with pytest.raises(AuthError) as refused:
        authenticate(**options)
    return refused.value.status_code, refused.value.message


def bearer(secret=SECRET, algorithm="HS256", without=(), **claims):
    claims = {"iss": "notify-admin", "iat": int(time.time()), **claims}
    kept = {name: value for name, value in claims.items() if name not in without}
    return f"Bearer {jwt.encode(kept, secret, algorithm)}"


def test_a_token_of_the_admin_application_is_accepted():
    assert authenticate(header=bearer()) == (None, Principal(None))


@pytest.mark.parametrize("seconds", [-29, 29])
def test_a_clock_within_30_seconds_is_accepted(seconds):
    header = bearer(iat=int(time.time()) + seconds)

    assert authenticate(header=header) == (None, Principal(None))


@pytest.mark.parametrize("seconds", [-3600, -32, 40])
def test_an_old_token_and_one_of_the_future_are_refused(seconds):
    assert refusal(header=bearer(iat=int(time.time()) + seconds))[0] == 403


@pytest.mark.parametrize(
    "header",
    [
        bearer(secret="another-secret-of-at-least-32-bytes-"),
        bearer(iss="somebody"),
        bearer(without=["iss"]),
        bearer(without=["iat"]),
        bearer(exp=1),
        "Bearer abc",
        "Bearer " + jwt.encode({"iss": "notify-admin", "iat": 1}, None, "none"),
    ],
)
def test_any_other_token_is_refused(header):
    assert refusal(header=header) == (403, "Invalid token")


def test_an_iat_that_is_no_number_is_refused():
    assert refusal(header=bearer(iat="abc")) == (403, "Invalid token")


def test_without_token_and_session_it_is_401():
    assert refusal() == (401, "Unauthorized: authentication token must be provided")


def test_another_scheme_is_401():
    assert refusal(header="Basic abc") == (
        401,
        "Unauthorized: authentication bearer scheme must be used",
    )


def test_a_session_of_support_staff_is_accepted():
    assert authenticate(user=STAFF) == (STAFF, Principal(STAFF))


def test_a_session_of_anybody_else_is_refused():
    member = SimpleNamespace(is_active=True, is_staff=False)

    assert refusal(user=member) == (403, "Forbidden: support staff only")


def test_a_session_of_somebody_deactivated_is_none():
    former = SimpleNamespace(is_active=False, is_staff=True)

    assert refusal(user=former)[0] == 401


def test_a_session_changes_nothing_without_a_csrf_token():
    assert refusal(user=STAFF, method="post") == (
        403,
        "Forbidden: CSRF token missing or incorrect",
    )


def test_a_wrong_token_is_not_made_good_by_a_session():
    assert refusal(user=STAFF, header="Bearer abc") == (403, "Invalid token")


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_member_s_token_opens_nothing_that_asks_for_no_rights(scope):
    service = ServiceFactory()
    token = member(service, *EVERY_PERMISSION, scope=scope).token

    with pytest.raises(Forbidden) as refused:
        authenticate(header=f"Bearer {token}")

    assert refused.value.message == "Support staff only"


@pytest.mark.django_db
def test_a_token_of_support_staff_for_one_service_opens_nothing_that_asks_for_no_rights():
    token = support(service=ServiceFactory()).token

    with pytest.raises(Forbidden):
        authenticate(header=f"Bearer {token}")


@pytest.mark.django_db
def test_a_token_of_support_staff_that_may_only_read_changes_nothing():
    caller = support(scope="read")

    assert authenticate(header=f"Bearer {caller.token}")[0] == caller.user
    with pytest.raises(Forbidden, match="This token may only read"):
        authenticate(header=f"Bearer {caller.token}", method="post")


@pytest.mark.django_db
def test_a_token_of_support_staff_changes_what_it_may():
    caller = support()

    assert authenticate(header=f"Bearer {caller.token}", method="post")[0] == caller.user
