"""What people read where a page does not come: in words, with the way back."""

import pytest
from django.test import Client, override_settings

from services.models import ApiKey
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis", "recorded_tasks")]


def signed_in(**options):
    client = Client(**options)
    client.force_login(UserFactory(support=True))
    return client


def said(answer):
    return answer.status_code, answer.content.decode()


def test_an_address_of_nothing_says_so_and_leads_home():
    status, page = said(signed_in().get("/admin/nothing/"))

    assert status == 404
    assert "There is no such page" in page
    assert '<a href="/admin/">Home</a>' in page


def test_an_address_outside_the_site_leads_nobody_to_it():
    status, page = said(Client().get("/nothing"))

    assert status == 404
    assert "There is no such page" in page
    assert "/admin/" not in page


def test_a_step_that_somebody_took_meanwhile_says_that_the_page_is_old():
    key = ApiKeyFactory(revoked=True)

    status, page = said(signed_in().get(f"/admin/services/apikey/{key.id}/revoke/"))

    assert status == 403
    assert "somebody has done it meanwhile" in page


def test_a_form_without_its_token_changes_nothing_and_says_what_to_do():
    key = ApiKeyFactory(name="website")
    answers = {"confirmed": "yes", "reason": "published", "typed": "website"}
    client = signed_in(enforce_csrf_checks=True)

    status, page = said(client.post(f"/admin/services/apikey/{key.id}/revoke/", answers))

    assert status == 403
    assert "load the page again and fill the form in once more" in page
    assert ApiKey.objects.get().expiry_date is None


@override_settings(ROOT_URLCONF="notify_project.tests.failing_page")
def test_a_page_that_fails_says_so_without_saying_how():
    status, page = said(Client(raise_request_exception=False).get("/fails"))

    assert status == 500
    assert "Something went wrong here" in page
    assert "secret" not in page


def test_who_revokes_a_key_second_is_told_that_nothing_was_changed():
    key = ApiKeyFactory(name="website")
    answers = {"confirmed": "yes", "reason": "published", "typed": "website"}
    client, url = signed_in(), f"/admin/services/apikey/{key.id}/revoke/"

    first = client.post(url, answers, follow=True).content.decode()
    second = client.post(url, answers | {"reason": "again"}, follow=True).content.decode()

    assert "Revoked 1 key." in first
    assert "Revoked already: nothing was changed" in second
    assert "Revoked 1 key." not in second


def test_a_limit_below_none_is_refused_beside_it():
    service = ServiceFactory()
    url = f"/admin/services/service/{service.id}/change/"
    client = signed_in()
    form = client.get(url).context["adminform"].form
    given = {name: value for name, value in form.initial.items() if value not in (None, False)}

    page = client.post(url, given | {"email_message_limit": -5, "reason": "a busy week"})

    errors = page.context["adminform"].form.errors
    assert errors == {"email_message_limit": ["A limit is 0 or more"]}
