"""What every provider promises, whoever it is."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings as django_settings

from notifications.models import ProviderDetails, ProviderDetailsHistory
from notifications.providers import registry
from notifications.providers.base import (
    ForgedReceipt,
    MalformedReceipt,
    Provider,
    ProviderError,
)
from notifications.providers.registry import PROVIDERS, provider
from notifications.tests.providers.messages import PERSONAL

SEEDS = (
    "0004_seed_providers",
    "0016_more_providers",
    "0017_anymail",
    "0034_printer",
    "0036_sftp_printer",
)
each_provider = pytest.mark.parametrize("kind", PROVIDERS.values(), ids=PROVIDERS)
each_remote = pytest.mark.parametrize("name", sorted(PROVIDERS.keys() - {"console"}))


@each_provider
def test_is_known_by_its_name(kind):
    assert issubclass(kind, Provider)
    assert PROVIDERS[kind.name] is kind


@each_provider
def test_its_options_are_in_the_settings(kind):
    assert set(kind.required_options) <= set(django_settings.PROVIDER_OPTIONS[kind.name])


@each_provider
@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff\x00", b"a=b", b"null", b"9" * 9999])
def test_refuses_a_webhook_that_is_no_receipt(kind, body):
    with pytest.raises((MalformedReceipt, ForgedReceipt)):
        kind(django_settings.PROVIDER_OPTIONS[kind.name]).read_receipts(body, {})


@each_remote
def test_a_dead_server_is_a_provider_error_without_personal_data(name, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    message, recipient = PERSONAL[PROVIDERS[name].notification_type]
    # One that another test has used may keep a connection to a server that lives.
    registry._instance.cache_clear()

    with pytest.raises(ProviderError) as raised:
        provider(name).send(message)

    assert recipient not in str(raised.value)


@each_provider
def test_all_threads_share_one_instance(kind):
    assert provider(kind.name) is provider(kind.name)


def test_changed_options_make_a_new_instance(settings):
    before = provider("mmg")
    settings.PROVIDER_OPTIONS = {"mmg": {"url": "http://127.0.0.1:2/", "api_key": "other"}}

    assert provider("mmg").options["api_key"] == "other"
    assert provider("mmg") is not before


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        provider("pigeon")


@pytest.mark.django_db
def test_the_database_begins_with_these_providers():
    ProviderDetails.objects.all().delete()

    for _ in range(2):
        for name in SEEDS:
            import_module(f"notifications.migrations.{name}").seed(apps, None)

    columns = "notification_type", "identifier", "priority", "active", "gives_receipts", "version"
    assert list(ProviderDetails.objects.order_by(*columns).values_list(*columns)) == [
        ("email", "anymail", 100, False, True, 1),
        ("email", "console", 100, False, False, 1),
        ("email", "smtp", 100, True, False, 1),
        ("letter", "dvla", 100, False, True, 1),
        ("letter", "sftp", 100, False, True, 1),
        ("sms", "console", 100, False, False, 1),
        ("sms", "firetext", 49, False, True, 1),
        ("sms", "mmg", 51, True, True, 2),
        ("sms", "twilio", 50, False, True, 1),
    ]
    assert set(ProviderDetails.objects.values_list("identifier", flat=True)) <= set(PROVIDERS)
    seeded = ProviderDetailsHistory.objects.filter(id__in=ProviderDetails.objects.values("id"))
    assert seeded.filter(version=1).count() == 9
    assert seeded.get(version=2).resting_priority == 51
