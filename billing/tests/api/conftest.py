"""Asking as a program of the operator does."""

import jwt
import pytest

from notify_project import clock


@pytest.fixture
def ask(client, settings):
    """Return a function that gets, or posts where there is a body."""
    settings.INTERNAL_API_SECRET = "internal-secret-of-at-least-32-bytes"

    def ask(path, body=None):
        claims = {"iss": "notify-admin", "iat": int(clock.now().timestamp())}
        token = jwt.encode(claims, settings.INTERNAL_API_SECRET, algorithm="HS256")
        headers = {"Authorization": f"Bearer {token}"}
        if body is None:
            return client.get(path, headers=headers)
        return client.post(path, body, content_type="application/json", headers=headers)

    return ask
