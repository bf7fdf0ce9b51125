import base64
import dataclasses
import zlib

import orjson
import pytest
from django.core import signing

from notifications.acceptance.payload import SALT, PayloadRefused, seal, unseal
from notifications.tests.acceptance.payloads import any_payload
from notify_project.encryption import encrypt

FIELDS = [field.name for field in dataclasses.fields(any_payload())]


def sealed_with(values):
    return signing.dumps(encrypt(orjson.dumps(values).decode()), salt=SALT, compress=True)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"personalisation": None, "api_key_id": None, "client_reference": None},
        {"created_at": any_payload().created_at.replace(microsecond=0)},
        {"is_real": False, "key_type": "test"},
    ],
    ids=["everything", "what may be empty", "a whole second", "not real"],
)
def test_what_was_sealed_is_what_is_read(changes):
    payload = any_payload(**changes)

    assert unseal(seal(payload)) == payload


def test_a_seal_is_good_after_the_signing_key_was_changed(settings):
    payload = any_payload()
    sealed = seal(payload)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]

    assert unseal(sealed) == payload


def test_a_seal_is_good_after_the_encryption_key_was_changed(settings):
    payload = any_payload()
    sealed = seal(payload)

    new = "b3RoZXItdGVzdHMtb25seS0zMi1ieXRlcy1sb25nISE="
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]

    assert unseal(sealed) == payload


def test_a_seal_of_forgotten_keys_is_refused(settings):
    sealed = seal(any_payload())

    settings.SECRET_KEY = "new"

    with pytest.raises(PayloadRefused, match="not ours: BadSignature"):
        unseal(sealed)


def test_one_changed_byte_anywhere_is_refused():
    sealed = seal(any_payload())
    for place in range(0, len(sealed), 7):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(PayloadRefused):
            unseal(sealed[:place] + other + sealed[place + 1 :])


@pytest.mark.parametrize("text", ["", "normal", "a:b:c", "é"])
def test_what_was_never_sealed_is_refused(text):
    with pytest.raises(PayloadRefused):
        unseal(text)


def test_what_is_signed_for_another_purpose_is_refused():
    other = signing.dumps(encrypt(orjson.dumps(any_payload()).decode()), salt="another")

    with pytest.raises(PayloadRefused):
        unseal(other)


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_may_be_missing(name):
    values = orjson.loads(orjson.dumps(any_payload()))
    del values[name]

    with pytest.raises(PayloadRefused, match="not of this release"):
        unseal(sealed_with(values))


@pytest.mark.parametrize("values", [[], None, {}, {"id": 1}], ids=["list", "null", "empty", "id"])
def test_another_shape_is_refused(values):
    with pytest.raises(PayloadRefused, match="not of this release"):
        unseal(sealed_with(values))


def test_nothing_personal_can_be_read_in_a_seal():
    sealed = seal(any_payload())

    packed, is_packed = sealed.split(":")[0].removeprefix("."), sealed.startswith(".")
    held = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    held = zlib.decompress(held) if is_packed else held
    for personal in ("07900", "Rumpelstiltskin", "x.example", "mine"):
        assert personal.encode() not in held


def test_nothing_personal_is_in_the_repr_or_in_a_refusal():
    payload = any_payload(created_at="Rumpelstiltskin")

    with pytest.raises(PayloadRefused) as refused:
        unseal(seal(payload))

    assert "07900" not in repr(payload)
    assert "Rumpelstiltskin" not in f"{refused.value!r} {refused.value.__cause__!r}"
