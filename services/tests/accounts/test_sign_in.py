import logging

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from notify_project.models import AuditEvent
from services.accounts.factors import NotReset, reset_factors
from services.models import PersonSession
from services.sign_in import LOCKED_AT, NotUnlocked, unlock
from services.tests.accounts.signing_in import (
    LOGIN,
    PASSWORD,
    code_of,
    give_app,
    person_with_password,
    secret_on,
    sign_in,
)
from services.tests.factories import UserFactory

INDEX = "/admin/"
FACTORS = "/admin/account/factors/"
SECOND = "/admin/account/second-factor/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def required(settings):
    settings.ADMIN_TWO_FACTOR = "required"


def test_the_first_step_is_enough_where_second_factors_are_optional():
    user = person_with_password(support=True)

    client, answer = sign_in(user)

    assert answer["Location"] == INDEX
    assert client.get(INDEX).status_code == 200
    event = AuditEvent.objects.get(action="sign in")
    assert (event.actor, event.after) == (user, {"with": ["password"]})


def test_who_may_do_much_sets_up_a_factor_first(required, django_capture_on_commit_callbacks):
    user = person_with_password(support=True)
    client, _ = sign_in(user)

    refused = client.get(INDEX)
    page = client.get(f"{FACTORS}app/")
    wrong = client.post(f"{FACTORS}app/", {"code": "000000"})
    with django_capture_on_commit_callbacks(execute=True):
        right = client.post(f"{FACTORS}app/", {"code": code_of(secret_on(page))})

    assert refused["Location"] == FACTORS
    assert wrong.status_code == 200
    assert right["Location"] == f"{FACTORS}recovery-codes/"
    assert "shown this once" in client.get(right["Location"]).content.decode()
    assert "were shown already" in client.get(right["Location"]).content.decode()
    kinds = AuditEvent.objects.filter(action="add second factor", subject_id=str(user.id))
    assert sorted(event.after["kind"] for event in kinds) == ["recovery_codes", "totp"]


def test_the_secret_of_an_app_is_kept_encrypted(required):
    user = person_with_password(support=True)
    client, _ = sign_in(user)
    secret = secret_on(client.get(f"{FACTORS}app/"))

    client.post(f"{FACTORS}app/", {"code": code_of(secret)})

    row = Authenticator.objects.get(user=user, type="totp")
    assert secret not in str(row.data)


def test_who_just_set_up_a_factor_signs_in_with_it(required):
    user = person_with_password(support=True)
    client, _ = sign_in(user)
    give_app(user)

    sent_back = client.get(INDEX)
    _, first = sign_in(user, client=client)
    second = client.post(SECOND, {"code": code_of()})

    assert sent_back["Location"].startswith(LOGIN)
    assert first["Location"].startswith(SECOND)
    assert (second.status_code, client.get(INDEX).status_code) == (302, 200)
    assert AuditEvent.objects.filter(action="sign in").latest("created_at").after == {
        "with": ["password", "totp"]
    }


def test_a_password_alone_opens_nothing_of_who_has_a_factor():
    user = person_with_password(support=True)
    give_app(user)

    client, answer = sign_in(user)

    assert answer["Location"].startswith(SECOND)
    assert client.get(INDEX)["Location"].startswith(LOGIN)
    assert client.get("/user/me").status_code == 401


def test_the_management_api_wants_the_second_factor_of_a_session_too(required):
    user = person_with_password(support=True)
    client, _ = sign_in(user)

    assert client.get("/user/me").status_code == 403


def test_who_may_only_look_needs_no_second_factor(required):
    user = person_with_password(roles=["read-only"], platform_admin=True)

    client, _ = sign_in(user)

    assert client.get(INDEX).status_code == 200


def test_ten_wrong_tries_lock_and_support_unlocks_with_a_reason():
    user, administrator = person_with_password(support=True), UserFactory(support=True)

    answers = [sign_in(user, password="wrong")[1] for _ in range(LOCKED_AT)]
    locked = sign_in(user)[1]
    with pytest.raises(NotUnlocked):
        unlock(user, actor=administrator, reason=" ")
    unlock(user, actor=administrator, reason="called back")

    assert {answer.status_code for answer in answers} == {locked.status_code} == {200}
    assert sign_in(user)[1].status_code == 302
    actions = AuditEvent.objects.filter(subject_id=str(user.id)).values_list("action", flat=True)
    assert sorted(actions) == [
        "lock person",
        "sign in",
        *["sign-in failed"] * (LOCKED_AT - 1),
        "unlock person",
    ]


def test_wrong_codes_count_as_wrong_passwords_do():
    user = person_with_password(support=True)
    give_app(user)

    for _ in range(LOCKED_AT):
        client, _ = sign_in(user)
        client.post(SECOND, {"code": "000000"})
    client.post(SECOND, {"code": code_of()})

    user.refresh_from_db()
    assert user.failed_login_count == LOCKED_AT
    assert client.get(INDEX)["Location"].startswith(LOGIN)


def test_signing_in_forgets_the_failures_before_it():
    user = person_with_password(support=True, failed_login_count=LOCKED_AT - 1)

    sign_in(user)

    user.refresh_from_db()
    assert user.failed_login_count == 0


def test_nobody_unlocks_themselves():
    user = UserFactory(support=True, failed_login_count=LOCKED_AT)

    with pytest.raises(NotUnlocked):
        unlock(user, actor=user, reason="it is me")


@pytest.mark.parametrize(
    "columns", [{"support": True, "state": "inactive"}, {}], ids=["inactive", "no staff"]
)
def test_who_may_not_use_the_site_does_not_get_in(columns):
    user = person_with_password(**columns)

    client, answer = sign_in(user)

    assert "or you are locked out" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_unknown_address_is_neither_logged_nor_told_apart(caplog):
    caplog.set_level(logging.INFO)
    known = sign_in(person_with_password(support=True), password="wrong")[1].content.decode()

    unknown = Client().post(LOGIN, {"username": "nobody@example.org", "password": "wrong"})

    assert "nobody@example.org" not in caplog.text
    sentence = "The address or the password is wrong, or you are locked out."
    assert sentence in known
    assert sentence in unknown.content.decode()


@pytest.mark.parametrize("address", ["a\x00b@example.org", "x" * 5000 + "@example.org", "", "'"])
def test_odd_addresses_are_refused(address):
    answer = Client().post(LOGIN, {"username": address, "password": PASSWORD})

    assert answer.status_code == 200


def test_lost_factors_are_reset_with_a_reason_and_sessions_end():
    user, administrator = person_with_password(support=True), UserFactory(support=True)
    sign_in(user)
    give_app(user)

    for actor, reason in ((administrator, ""), (user, "mine")):
        with pytest.raises(NotReset):
            reset_factors(user, actor=actor, reason=reason)
    count = reset_factors(user, actor=administrator, reason="lost the telephone")

    assert count == 1
    assert not Authenticator.objects.filter(user=user).exists()
    assert not PersonSession.objects.filter(user=user).exists()
    event = AuditEvent.objects.get(action="reset second factors")
    assert (event.before, event.reason) == ({"kinds": ["totp"]}, "lost the telephone")


def test_a_session_that_is_left_alone_ends(settings):
    user = person_with_password(support=True)
    client, _ = sign_in(user)
    session = client.session
    session["seen_at"] -= settings.SESSION_IDLE_SECONDS + 1
    session.save()

    answer = client.get(INDEX)

    assert answer["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


def test_the_session_says_whose_it_is_and_the_cookie_is_guarded():
    user = person_with_password(support=True)

    _, answer = sign_in(user)

    cookie = answer.cookies["sessionid"]
    assert PersonSession.objects.get().user_id == user.id
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 43200)


def test_nobody_makes_themselves_an_account():
    assert Client().get("/admin/account/signup/").status_code in {302, 404}
    assert Client().get("/accounts/signup/").status_code == 404


def test_one_address_cannot_try_the_passwords_of_many(settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}
    cache.clear()

    answers = [sign_in(person_with_password(support=True), password="wrong")[1] for _ in range(3)]

    assert "Too many failed login attempts" in answers[2].content.decode()
    assert AuditEvent.objects.filter(action="sign-in failed").count() == 2
    cache.clear()
