import base64
import hmac
import json
import time
import uuid
from datetime import timedelta

import jwt
import pytest
from django.test import RequestFactory
from freezegun import freeze_time
from rest_framework.request import Request

from notify_project import clock
from notify_project.api.errors import AuthError
from services.api.authentication import TokenAuthentication, caller_of
from services.tests.factories import ApiKeyFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MALFORMED = "Invalid token: make sure your API token matches the example at https://docs.example"
WRONG_CLOCK = "Error: Your system clock must be accurate to within 30 seconds"
KEY_NOT_FOUND = "Invalid token: API key not found"
NOT_HS256 = "Invalid token: algorithm used is not HS256"
NOT_A_UUID = "Invalid token: service id is not the right data type"


@pytest.fixture
def key():
    return ApiKeyFactory()


def authenticate(header):
    meta = {} if header is None else {"HTTP_AUTHORIZATION": header}
    request = Request(RequestFactory().get("/v2/templates", **meta))
    _, request.auth = TokenAuthentication().authenticate(request)
    return caller_of(request)


def refusal(header):
    with pytest.raises(AuthError) as refused:
        authenticate(header)
    return refused.value.status_code, refused.value.message


def segment(content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(key, *, header=None, secret=None, without=(), **claims):
    """Sign claims by hand, so that wrong ones can be signed too."""
    claims = {"iss": str(key.service_id), "iat": int(time.time()), **claims}
    kept = {name: value for name, value in claims.items() if name not in without}
    signed = segment(header or {"typ": "JWT", "alg": "HS256"}) + b"." + segment(kept)
    signature = hmac.digest((secret or key.secret).encode(), signed, "sha256")
    return "Bearer " + (signed + b"." + segment(signature)).decode()


def test_a_valid_token_shows_the_service_and_the_key(key):
    caller = authenticate(token(key))

    assert (caller.service.id, caller.key.id) == (key.service_id, key.id)


def test_a_token_of_the_usual_library_is_accepted(key):
    claims = {"iss": str(key.service_id), "iat": int(time.time())}

    assert authenticate(f"Bearer {jwt.encode(claims, key.secret, 'HS256')}").key.id == key.id


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_compared_without_case(key, scheme):
    assert authenticate(token(key).replace("Bearer", scheme)).key.id == key.id


@pytest.mark.parametrize("header", [None, ""])
def test_1_no_header_is_401(header):
    assert refusal(header) == (401, "Unauthorized: authentication token must be provided")


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "abc", "Bearerabc", " Bearer abc"])
def test_2_another_scheme_is_401(header):
    assert refusal(header) == (401, "Unauthorized: authentication bearer scheme must be used")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.b.c",
        "a.b",
        "..",
        "é.é.é",
        "\x00.\x00.\x00",
        (segment({"alg": "HS256"}) + b"." + segment([1]) + b".x").decode(),
        (segment([1]) + b"." + segment({"iss": "x"}) + b".x").decode(),
        (segment(b"\xff\xfe") + b"." + segment(b"\xff") + b".xx").decode(),
        (segment({"alg": "HS256"}) + b"." + segment(b"[" * 20_000) + b".xx").decode(),
        (segment(b'{"a":' * 20_000) + b"." + segment({}) + b".xx").decode(),
        (segment({"alg": "HS256"}) + b"." + segment(b"9" * 10_000) + b".xx").decode(),
    ],
)
def test_3_what_is_not_a_token_is_refused(text):
    assert refusal(f"Bearer {text}") == (403, MALFORMED)


def test_4_a_token_without_iss_is_refused(key):
    header = token(key, without=["iss"])

    assert refusal(header) == (403, "Invalid token: iss field not provided")


@pytest.mark.parametrize("iss", ["not-a-uuid", 5, None, "", [], {}, True, 1.5, "\ud800", "\x00"])
def test_5_an_iss_that_is_no_uuid_is_refused(key, iss):
    assert refusal(token(key, iss=iss)) == (403, NOT_A_UUID)


def test_6_an_unknown_service_is_refused(key):
    header = token(key, iss=str(uuid.uuid4()))

    assert refusal(header) == (403, "Invalid token: service not found")


def test_7_a_service_without_keys_is_refused(key):
    header = token(key, iss=str(ServiceFactory().id))

    assert refusal(header) == (403, "Invalid token: service has no API keys")


def test_8_an_archived_service_is_refused():
    key = ApiKeyFactory(service__active=False)

    assert refusal(token(key)) == (403, "Invalid token: service is archived")


def test_an_archived_service_without_keys_has_no_keys(key):
    header = token(key, iss=str(ServiceFactory(archived=True).id))

    assert refusal(header) == (403, "Invalid token: service has no API keys")


@pytest.mark.parametrize("alg", ["HS512", "none", "RS256", "hs256", None, 5])
def test_9_another_algorithm_is_refused(key, alg):
    assert refusal(token(key, header={"typ": "JWT", "alg": alg})) == (403, NOT_HS256)


def test_9_a_token_without_algorithm_is_refused(key):
    assert refusal(token(key, header={"typ": "JWT"})) == (403, NOT_HS256)


def test_9_an_archived_service_is_told_before_a_wrong_algorithm():
    key = ApiKeyFactory(service__active=False)
    header = token(key, header={"alg": "HS512"})

    assert refusal(header) == (403, "Invalid token: service is archived")


def test_10_another_secret_is_refused(key):
    assert refusal(token(key, secret=str(uuid.uuid4()))) == (403, KEY_NOT_FOUND)


def test_10_another_secret_is_told_before_a_wrong_clock(key):
    header = token(key, secret=str(uuid.uuid4()), iat=int(time.time()) - 3600)

    assert refusal(header) == (403, KEY_NOT_FOUND)


def test_10_a_key_of_another_service_is_refused(key):
    other = ApiKeyFactory()

    assert refusal(token(key, secret=other.secret)) == (403, KEY_NOT_FOUND)


def test_10_an_unsigned_token_is_refused(key):
    header = token(key).rpartition(".")[0] + "."

    assert refusal(header) == (403, KEY_NOT_FOUND)


def test_10_a_changed_claim_is_refused(key):
    head, _, signature = token(key).split(".")
    forged = segment({"iss": str(key.service_id), "iat": int(time.time()), "more": 1}).decode()

    assert refusal(f"{head}.{forged}.{signature}") == (403, KEY_NOT_FOUND)


def test_10_a_token_without_iat_is_refused(key):
    assert refusal(token(key, without=["iat"])) == (403, KEY_NOT_FOUND)


@pytest.mark.parametrize("seconds", [-28, 0, 28])
def test_a_clock_within_30_seconds_is_accepted(key, seconds):
    assert authenticate(token(key, iat=int(time.time()) + seconds)).key.id == key.id


@pytest.mark.parametrize("seconds", [-30, 30])
def test_the_thirtieth_second_is_still_accepted(key, seconds):
    with freeze_time("2026-03-02T12:00:00.9Z"):
        caller = authenticate(token(key, iat=int(time.time()) + seconds))

    assert caller.key.id == key.id


@pytest.mark.parametrize("seconds", [-3600, -40, -31, 31, 40])
def test_11_a_clock_beyond_30_seconds_is_refused(key, seconds):
    with freeze_time("2026-03-02T12:00:00Z"):
        refused = refusal(token(key, iat=int(time.time()) + seconds))

    assert refused == (403, WRONG_CLOCK)


@pytest.mark.parametrize("kind", [float, str, lambda now: f"{now}.0", lambda now: now + 0.9])
def test_iat_may_be_a_float_or_numeric_text(key, kind):
    assert authenticate(token(key, iat=kind(int(time.time())))).key.id == key.id


@pytest.mark.parametrize(
    "iat", ["abc", "", None, [], {}, True, float("inf"), float("nan"), "9" * 5000, 10**400, -1]
)
def test_11_an_iat_that_is_no_time_is_refused(key, iat):
    assert refusal(token(key, iat=iat)) == (403, WRONG_CLOCK)


def test_11_a_token_of_the_future_is_refused(key):
    assert refusal(token(key, nbf=int(time.time()) + 40)) == (403, WRONG_CLOCK)


def test_11_a_wrong_clock_is_told_before_another_problem(key):
    header = token(key, iat=int(time.time()) - 40, aud="x", exp=1)

    assert refusal(header) == (403, WRONG_CLOCK)


@pytest.mark.parametrize(
    "claims",
    [{"aud": "notify"}, {"aud": None}, {"exp": 1}, {"exp": "x"}, {"nbf": "x"}, {"exp": None}],
)
def test_12_any_other_problem_with_a_claim_is_refused(key, claims):
    assert refusal(token(key, **claims)) == (403, MALFORMED)


def test_12_exp_has_a_leeway_of_30_seconds(key):
    now = int(time.time())

    assert authenticate(token(key, exp=now - 20, nbf=now + 20)).key.id == key.id
    assert refusal(token(key, exp=now - 100)) == (403, MALFORMED)


def test_other_claims_are_ignored(key):
    assert authenticate(token(key, sub=5, jti=[], kid="x", more={})).key.id == key.id


def test_the_header_needs_no_typ(key):
    assert authenticate(token(key, header={"alg": "HS256"})).key.id == key.id


def test_iss_may_be_in_upper_case(key):
    assert authenticate(token(key, iss=str(key.service_id).upper())).key.id == key.id


def test_13_a_key_revoked_today_is_told_so():
    key = ApiKeyFactory(revoked=True)

    assert refusal(token(key)) == (403, "Invalid token: API key revoked")


def test_13_an_expiry_date_in_the_future_means_revoked(key):
    key = ApiKeyFactory(expiry_date=clock.now() + timedelta(days=1))

    assert refusal(token(key)) == (403, "Invalid token: API key revoked")


def test_a_wrong_clock_is_told_before_a_revoked_key():
    key = ApiKeyFactory(revoked=True)

    assert refusal(token(key, iat=int(time.time()) - 40)) == (403, WRONG_CLOCK)


def test_a_key_revoked_10_days_ago_is_not_known_any_more():
    key = ApiKeyFactory(expiry_date=clock.now() - timedelta(days=10))
    ApiKeyFactory(service=key.service)

    assert refusal(token(key)) == (403, KEY_NOT_FOUND)


def test_a_key_revoked_10_days_ago_that_was_the_only_one_leaves_none():
    key = ApiKeyFactory(expiry_date=clock.now() - timedelta(days=10))

    assert refusal(token(key)) == (403, "Invalid token: service has no API keys")


def test_each_of_several_keys_is_found_by_its_signature(key):
    keys = [key, *(ApiKeyFactory(service=key.service, key_type=kind) for kind in ("team", "test"))]
    ApiKeyFactory(service=key.service, revoked=True)

    callers = [authenticate(token(each)) for each in keys]

    assert [(each.key.id, each.key.key_type) for each in callers] == [
        (each.id, each.key_type) for each in keys
    ]


def test_a_key_that_cannot_be_decrypted_lets_nobody_in_who_signs_with_nothing(key, settings):
    settings.ENCRYPTION_KEYS = ["b3RoZXItdGVzdHMtb25seS0zMi1ieXRlcy1sb25nISE="]
    signed = token(key).removeprefix("Bearer ").rpartition(".")[0].encode()
    unsigned = segment(hmac.digest(b"", signed, "sha256"))

    assert refusal(f"Bearer {(signed + b'.' + unsigned).decode()}") == (
        403,
        "Invalid token: service has no API keys",
    )


def test_a_warm_caller_costs_no_query(key, redis, django_assert_num_queries):
    authenticate(token(key))

    with django_assert_num_queries(0):
        authenticate(token(key))


def test_a_token_that_was_good_is_refused_once_it_is_stale(key):
    header = token(key)
    assert authenticate(header).key.id == key.id

    with freeze_time(clock.now() + timedelta(seconds=60)):
        assert refusal(header) == (403, WRONG_CLOCK)
