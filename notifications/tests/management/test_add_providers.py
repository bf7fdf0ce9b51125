import pytest
from django.core.management import call_command

from notifications.delivery.new_providers import add_missing
from notifications.models import ProviderDetails, ProviderDetailsHistory
from notifications.providers.base import Provider, SmsMessage
from notifications.providers.registry import PROVIDERS
from notify_project.constants import NotificationType

pytestmark = pytest.mark.django_db


class Acme(Provider[SmsMessage]):
    name = "acme"
    notification_type = NotificationType.SMS

    def send(self, message):
        """Take everything."""


@pytest.fixture
def acme(monkeypatch):
    add_missing()
    monkeypatch.setitem(PROVIDERS, "acme", Acme)


def run(capsys, *options):
    call_command("add_providers", *options)
    return capsys.readouterr().out


def test_a_new_one_gets_a_row_that_is_off_once(acme, capsys):
    assert run(capsys, "--dry-run") == "1 providers have no row\n"
    assert not ProviderDetails.objects.filter(identifier="acme").exists()

    assert run(capsys) == "1 providers were added, switched off\n"
    assert run(capsys) == "0 providers were added, switched off\n"

    row = ProviderDetails.objects.get(identifier="acme")
    assert (row.active, row.gives_receipts, row.version) == (False, False, 1)
    assert ProviderDetailsHistory.objects.filter(id=row.id).count() == 1
