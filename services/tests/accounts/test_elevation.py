from datetime import timedelta

import pytest
from freezegun import freeze_time

from notify_project import clock
from services.models import PersonSession
from services.sessions import NotEnded, open_sessions, sign_out
from services.tests.accounts.signing_in import (
    PASSWORD,
    code_of,
    give_app,
    person_with_password,
    sign_in,
)
from services.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

AGAIN = "/admin/account/again/"


@pytest.fixture
def administrator():
    return person_with_password(support=True)


@pytest.fixture
def client(administrator):
    client, _ = sign_in(administrator)
    return client


def roles_of(person):
    return f"/admin/services/user/{person.id}/roles/"


def later(minutes):
    return freeze_time(clock.now() + timedelta(minutes=minutes))


def test_who_has_just_signed_in_is_not_asked_again(client):
    assert client.get(roles_of(UserFactory())).status_code == 200


def test_a_quarter_of_an_hour_later_the_password_is_asked_for_once(client):
    url = roles_of(UserFactory())

    with later(16):
        asked = client.get(url)
        wrong = client.post(f"{AGAIN}password/?next={url}", {"password": "wrong"})
        right = client.post(f"{AGAIN}password/?next={url}", {"password": PASSWORD})
        shown = client.get(url)

    assert asked["Location"] == f"{AGAIN}password/?next={url.replace('/', '%2F')}"
    assert wrong.status_code == 200
    assert (right["Location"], shown.status_code) == (url, 200)


def test_a_form_that_comes_too_late_changes_nothing(client):
    person = UserFactory()

    with later(16):
        answer = client.post(roles_of(person), {"roles": ["support"], "reason": "r"})

    person.refresh_from_db()
    assert (answer.status_code, person.roles) == (302, [])
    assert "reason" not in str(dict(client.session))


def test_a_code_is_as_good_as_the_password(administrator, client):
    give_app(administrator)
    url = roles_of(UserFactory())

    with later(16):
        answer = client.post(f"{AGAIN}code/?next={url}", {"code": code_of()})

        assert (answer["Location"], client.get(url).status_code) == (url, 200)


def test_wrong_passwords_of_this_page_lock_too(administrator, client):
    for _ in range(10):
        client.post(f"{AGAIN}password/", {"password": "wrong"})

    administrator.refresh_from_db()
    assert administrator.failed_login_count == 10


def test_the_way_back_leads_to_no_other_site(client):
    answer = client.post(f"{AGAIN}password/?next=https://evil.example/", {"password": PASSWORD})

    assert answer["Location"] == "/admin/"


def test_roles_are_changed_on_the_page_with_a_reason(client):
    person = UserFactory()

    silent = client.post(roles_of(person), {"roles": ["support"], "reason": " "})
    done = client.post(roles_of(person), {"roles": ["support"], "reason": "joined"})

    person.refresh_from_db()
    assert (silent.status_code, done.status_code) == (200, 302)
    assert person.roles == ["support"]


def test_support_cannot_make_itself_more(db):
    support = person_with_password(roles=["support"], platform_admin=True)
    client, _ = sign_in(support)

    own = f"/admin/services/user/{support.id}/"
    form = {"name": "x", "email_address": support.email_address, "state": "active"}
    client.post(f"{own}change/", form | {"is_superuser": "on", "platform_admin": "on"})
    steps = [client.post(f"{own}{step}/", {"reason": "r"}).status_code for step in ("roles",)]

    support.refresh_from_db()
    assert (support.is_superuser, support.roles, steps) == (False, ["support"], [403])


def test_who_may_change_people_does_not_change_the_password_of_administrators(administrator):
    from django.contrib.auth.models import Permission  # noqa: PLC0415

    support = person_with_password(roles=["support"], platform_admin=True)
    support.user_permissions.add(Permission.objects.get(codename="change_user"))
    client, _ = sign_in(support)

    answer = client.post(
        f"/admin/services/user/{administrator.id}/password/",
        {"password1": "another long password", "password2": "another long password"},
    )

    administrator.refresh_from_db()
    assert answer.status_code == 403
    assert administrator.check_password(PASSWORD)


def test_sessions_are_listed_and_ended_by_administrators_with_a_reason(administrator):
    person = person_with_password(roles=["support"], platform_admin=True)
    client, _ = sign_in(person)
    sign_in(person)

    shown = len(open_sessions(person))
    with pytest.raises(NotEnded):
        sign_out(person, actor=administrator)
    ended = sign_out(person, actor=administrator, reason="lost a laptop")

    assert (shown, ended) == (2, 2)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_new_password_and_a_closed_account_end_sessions(administrator):
    person = person_with_password(roles=["support"], platform_admin=True)
    first, _ = sign_in(person)
    person.set_password("another long password")
    person.save()
    second, _ = sign_in(person, password="another long password")
    closed = first.get("/admin/")["Location"], second.get("/admin/").status_code
    person.state = "inactive"
    person.save()

    assert closed == ("/admin/login/?next=/admin/", 200)
    assert second.get("/admin/")["Location"].startswith("/admin/login/")


def test_own_sessions_are_seen_and_ended(administrator, client):
    other, _ = sign_in(administrator)

    page = client.get("/admin/account/sessions/").content.decode()
    client.post("/admin/account/sessions/", {"others": "yes"})

    assert "this browser" in page
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/")["Location"].startswith("/admin/login/")
    assert PersonSession.objects.count() == 1


def test_nobody_sees_anything_of_the_password_of_others(administrator):
    support = person_with_password(roles=["support"], platform_admin=True)
    client, _ = sign_in(support)

    page = client.get(f"/admin/services/user/{administrator.id}/change/").content.decode()

    administrator.refresh_from_db()
    assert administrator.name in page
    assert administrator.password.rpartition("$")[2] not in page
