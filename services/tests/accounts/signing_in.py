"""People who sign in by the page, as browsers do."""

import re

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from notify_project import clock
from services.tests.factories import UserFactory

PASSWORD = "a long enough password"
SECRET = "JBSWY3DPEHPK3PXP"
LOGIN = "/admin/login/"


def person_with_password(**columns):
    """Return somebody who can sign in."""
    user = UserFactory(**columns)
    user.set_password(PASSWORD)
    user.save()
    return user


def give_app(user, secret=SECRET):
    """Let a person have an app that shows codes."""
    data = {"secret": get_adapter().encrypt(secret)}
    return Authenticator.objects.create(user=user, type="totp", data=data)


def code_of(secret=SECRET, ahead=0):
    """Return what the app shows now."""
    counter = int(clock.now().timestamp()) // 30 + ahead
    return format_hotp_value(hotp_value(secret, counter))


def sign_in(user, password=PASSWORD, client=None, **more):
    """Return a client that posted the page of signing in, and the answer."""
    client = client or Client()
    form = {"username": user.email_address, "password": password}
    return client, client.post(LOGIN, form | more)


def secret_on(page):
    """Return the key that a page of setting an app up shows."""
    return re.search(r'id="totp-secret"[^>]*>([^<]+)<', page.content.decode())[1]
