"""manage.py issue_personal_token."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from services.models import PersonalToken
from services.personal_tokens import find_token
from services.tests.api.management.client import Caller, member
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def issue(email, *options):
    out = StringIO()
    call_command("issue_personal_token", email, "--name", "report", *options, stdout=out)
    return out.getvalue().strip()


def test_the_printed_token_reads_and_changes_nothing():
    service = ServiceFactory()
    user = member(service, "manage_settings").user

    caller = Caller(issue(user.email_address.upper()))

    assert find_token(caller.token).user == user
    assert caller.get(f"/service/{service.id}")[0] == 200
    assert caller.patch(f"/service/{service.id}", {"prefix_sms": False})[0] == 403


def test_it_may_be_for_changes_and_for_one_service():
    service = ServiceFactory()
    user = member(service, "manage_settings").user

    token = issue(user.email_address, "--write", "--service", str(service.id), "--days", "3")

    stored = find_token(token)
    assert (stored.scope, stored.service) == ("write", service)
    assert (stored.expires_at - stored.created_at).days in {2, 3}
    assert Caller(token).patch(f"/service/{service.id}", {"prefix_sms": False})[0] == 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--days", "400"], "A token works for 1 to 365 days"),
        (["--service", "42"], "42 is not a service's id"),
    ],
)
def test_what_makes_no_token_is_refused(options, message):
    user = UserFactory()

    with pytest.raises(CommandError, match=message):
        issue(user.email_address, *options)

    assert not PersonalToken.objects.filter(user=user).exists()


def test_nobody_has_no_token():
    with pytest.raises(CommandError, match="there is no person with the address"):
        issue("nobody@example.org")
