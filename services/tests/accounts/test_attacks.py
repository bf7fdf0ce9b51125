"""What somebody tries who wants to be somebody else."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from freezegun import freeze_time

from notify_project import clock
from notify_project.models import AuditEvent
from services.models import PersonSession
from services.sign_in import LOCKED_AT
from services.tests.accounts.signing_in import (
    LOGIN,
    PASSWORD,
    code_of,
    give_app,
    person_with_password,
    sign_in,
)

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
FACTORS = "/admin/account/factors/"
SECOND = "/admin/account/second-factor/"
AGAIN = "/admin/account/again/"


@pytest.fixture(autouse=True)
def _cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def required(settings):
    settings.ADMIN_TWO_FACTOR = "required"


@pytest.fixture
def person():
    return person_with_password(support=True)


def is_in(client):
    return client.get(INDEX).status_code == 200


def test_a_code_that_somebody_read_over_a_shoulder_lets_in_nobody_else(required, person):
    give_app(person)
    code = code_of()
    first, _ = sign_in(person)
    first.post(SECOND, {"code": code})

    # As another process, whose memory is its own.
    cache.clear()
    second, _ = sign_in(person)
    second.post(SECOND, {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_code_that_is_older_than_one_that_was_used_lets_in_nobody(required, person):
    give_app(person)
    old, new = code_of(ahead=-1), code_of()
    first, _ = sign_in(person)
    first.post(SECOND, {"code": new})
    cache.clear()
    second, _ = sign_in(person)
    second.post(SECOND, {"code": old})

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_code_is_not_used_again_before_a_grave_act(required, person):
    give_app(person)
    code = code_of()
    client, _ = sign_in(person)
    client.post(SECOND, {"code": code})
    cache.clear()

    refused = client.post(f"{AGAIN}code/", {"code": code})
    taken = client.post(f"{AGAIN}code/", {"code": code_of(ahead=1)})

    assert (refused.status_code, taken.status_code) == (200, 302)


def test_a_recovery_code_lets_in_once(required, person):
    give_app(person)
    codes = RecoveryCodes.activate(person).generate_codes()
    first, _ = sign_in(person)
    first.post(SECOND, {"code": codes[0]})
    second, _ = sign_in(person)
    second.post(SECOND, {"code": codes[0]})

    assert (is_in(first), is_in(second)) == (True, False)


def test_with_two_factors_wanted_and_none_set_up_only_the_pages_that_set_one_up_open(
    required, person
):
    client, _ = sign_in(person)

    shut = ["", "services/user/", "find/", "password_change/", "services/service/add/", "search/"]
    answers = {path: client.get(f"{INDEX}{path}")["Location"] for path in shut}
    posted = client.post(f"{INDEX}find/", {"q": "x"})

    assert set(answers.values()) == {FACTORS}
    assert posted["Location"] == FACTORS
    assert client.get(FACTORS).status_code == 200
    assert client.get(f"{FACTORS}app/").status_code == 200
    assert client.get("/service").status_code in {403, 404}
    assert client.get("/user/me").status_code == 403


def test_who_needs_a_factor_and_removes_the_last_one_sets_one_up_before_going_on(required, person):
    give_app(person)
    client, _ = sign_in(person)
    client.post(SECOND, {"code": code_of()})
    client.post(f"{FACTORS}app/remove/")
    again, _ = sign_in(person)

    assert not Authenticator.objects.filter(user=person).exists()
    assert again.get(INDEX)["Location"] == FACTORS


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "https:evil.example",
        "http:///evil.example",
        "\thttps://evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(person, url):
    form = {"username": person.email_address, "password": PASSWORD, "next": url}

    answer = Client().post(LOGIN, form)
    by_address = Client().post(f"{LOGIN}?next={url}", form | {"next": url})

    assert answer["Location"] == by_address["Location"] == INDEX


def test_a_session_that_somebody_was_given_is_not_the_one_that_is_signed_in(person):
    client = Client()
    session = client.session
    session["given"] = "by somebody else"
    session.save()
    given = session.session_key
    client.cookies["sessionid"] = given

    sign_in(person, client=client)

    assert client.cookies["sessionid"].value != given
    assert not PersonSession.objects.filter(session_key=given).exists()
    assert not Session.objects.filter(session_key=given).exists()


def test_an_own_new_password_ends_the_other_sessions_and_is_in_the_audit(person):
    here, _ = sign_in(person)
    elsewhere, _ = sign_in(person)

    form = {"old_password": PASSWORD}
    form |= dict.fromkeys(("new_password1", "new_password2"), "quite another long password")
    here.post(f"{INDEX}password_change/", form)

    assert (is_in(here), is_in(elsewhere)) == (True, False)
    event = AuditEvent.objects.get(action="change password")
    assert (event.actor, event.subject_id, event.after) == (person, str(person.pk), None)


def test_a_password_that_an_administrator_sets_is_in_the_audit(person):
    client, _ = sign_in(person)
    other = person_with_password(roles=["support"], platform_admin=True)
    signed_in, _ = sign_in(other)

    form = dict.fromkeys(("password1", "password2"), "quite another long password")
    url = f"{INDEX}services/user/{other.pk}/password/"
    client.post(url, form)
    unreasoned = is_in(signed_in)
    client.post(url, form | {"reason": "they rang"})

    event = AuditEvent.objects.get(action="change password")
    assert (event.actor, event.subject_id) == (person, str(other.pk))
    assert (unreasoned, event.reason) == (True, "they rang")
    assert not is_in(signed_in)


def test_who_guesses_the_old_password_at_an_open_browser_is_locked_out(person):
    client, _ = sign_in(person)
    form = dict.fromkeys(("new_password1", "new_password2"), "quite another long password")

    for number in range(LOCKED_AT):
        client.post(f"{INDEX}password_change/", form | {"old_password": f"guess {number}"})
    page = client.post(f"{INDEX}password_change/", form | {"old_password": PASSWORD})

    person.refresh_from_db()
    assert "You are locked out" in page.content.decode()
    assert (person.failed_login_count, person.check_password(PASSWORD)) == (LOCKED_AT, True)


def test_when_a_password_was_set_is_kept(person):
    before = person.password_changed_at
    person.set_password("quite another long password")

    assert person.password_changed_at > before


@pytest.mark.parametrize("path", ["login/", "account/second-factor/", "account/sessions/"])
def test_forms_of_other_sites_are_refused(person, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    assert client.post(f"{INDEX}{path}", {"code": "000000"}).status_code == 403


def test_a_session_of_the_management_api_takes_no_forms_of_other_sites(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    answer = client.post(
        "/holds",
        {"kind": "lane", "key": "bulk", "reason": "why"},
        content_type="application/json",
    )

    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(action="hold sending").exists()


def test_an_administrator_whom_somebody_locks_out_still_comes_in_by_the_command(person):
    from django.core.management import call_command  # noqa: PLC0415

    for _ in range(LOCKED_AT):
        sign_in(person, password="wrong")
    locked, _ = sign_in(person)
    call_command("unlock_person", person.email_address, reason="called back")
    unlocked, _ = sign_in(person)

    assert (is_in(locked), is_in(unlocked)) == (False, True)


def test_locking_somebody_out_does_not_end_what_they_are_doing(person):
    client, _ = sign_in(person)

    for _ in range(LOCKED_AT):
        sign_in(person, password="wrong")

    assert is_in(client)


@pytest.mark.parametrize("columns", [{"state": "inactive"}, {"platform_admin": False}])
def test_who_may_use_the_site_no_more_is_out_at_once(columns):
    person = person_with_password(roles=["support"], platform_admin=True)
    client, _ = sign_in(person)
    before = is_in(client)
    type(person).objects.filter(pk=person.pk).update(**columns)

    assert (before, is_in(client)) == (True, False)
    assert client.get("/user/me").status_code in {401, 403}


def test_a_role_that_ends_while_a_page_is_open_takes_its_form_no_more():
    person = person_with_password(roles=["read-only"], platform_admin=True)
    end = clock.now() + timedelta(minutes=5)
    type(person).objects.filter(pk=person.pk).update(
        temporary_roles={"operations": end.isoformat()}
    )
    client, _ = sign_in(person)
    url = f"{INDEX}notifications/hold/add/?kind=lane&key=bulk"

    shown = client.get(url).status_code
    with freeze_time(end + timedelta(seconds=1)):
        posted = client.post(url, {"confirmed": "yes", "reason": "why", "typed": "bulk"})

    assert (shown, posted.status_code) == (200, 403)
