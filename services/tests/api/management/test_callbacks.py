"""A service says where it wants to be told."""

import pytest

from services.models import CallbackSigningSecret
from services.tests.api.management.client import support
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
WANTED = {
    "callback_type": "delivery_status",
    "url": "https://8.8.8.8/told",
    "bearer_token": "a long token",
}


def test_the_signing_secret_is_shown_once():
    caller, path = support(), f"/service/{ServiceFactory().id}/callback"

    status, made = caller.post(path, WANTED)

    assert status == 201
    assert made["signing_secret"] == CallbackSigningSecret.objects.get().secret
    assert "bearer_token" not in made
    assert "signing_secret" not in caller.get(f"{path}/{made['id']}")[1]


def test_another_address_keeps_the_secret():
    caller, path = support(), f"/service/{ServiceFactory().id}/callback"
    _, made = caller.post(path, WANTED)

    status, changed = caller.post(path, WANTED | {"url": "https://8.8.8.8/elsewhere"})

    assert (status, changed["id"], changed["version"]) == (200, made["id"], 2)
    assert "signing_secret" not in changed
    assert CallbackSigningSecret.objects.get().secret == made["signing_secret"]
