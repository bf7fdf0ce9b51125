import pytest
from django.core.checks import INFO, Tags, run_checks

from notifications.tests.factories import ProviderDetailsFactory


def ids(tag="notify", **options):
    messages = run_checks(tags=[tag], **options)
    found = [str(message.id) for message in messages if message.level > INFO]
    return sorted(name for name in found if name.startswith("notify."))


def test_an_ordinary_installation_is_in_order():
    assert ids() == []


def test_files_that_nobody_scans_are_mentioned():
    mentioned = [message.id for message in run_checks(tags=["notify"]) if message.level == INFO]

    assert mentioned == ["notify.I001"]


@pytest.mark.parametrize("url", ["tcp://clamav:3310", "tcp://[::1]", "unix:///run/clamd.sock"])
def test_an_address_of_a_scanner_is_in_order(settings, url):
    settings.CLAMAV_URL = url

    assert run_checks(tags=["notify"]) == []


@pytest.mark.parametrize("url", ["clamav:3310", "http://clamav", "tcp://", "unix:", "tcp://a:b"])
def test_what_is_no_address_of_a_scanner_is_an_error(settings, url):
    settings.CLAMAV_URL = url

    assert ids() == ["notify.E020"]


def test_a_queue_that_no_pool_reads_is_an_error(settings):
    settings.WORKER_POOLS = {"all": [q for q in settings.RQ_QUEUES if q != "receipts"]}

    assert ids() == ["notify.E001"]


def test_a_pool_that_reads_no_queue_is_an_error(settings):
    settings.WORKER_POOLS = {**settings.WORKER_POOLS, "more": ["receiptz"]}

    assert ids() == ["notify.E002"]


def test_options_of_an_unknown_provider_are_an_error(settings):
    settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "mgm": {}}

    assert ids() == ["notify.E003"]


def test_half_a_receipt_login_is_an_error(settings):
    options = {**settings.PROVIDER_OPTIONS["mmg"], "receipt_username": "mmg"}
    settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "mmg": options}

    assert ids() == ["notify.E004"]


@pytest.mark.parametrize("word", ["", "sending", "Delivered"])
def test_an_email_ends_as_delivered_or_sent(settings, word):
    settings.EMAIL_STATUS_WITHOUT_RECEIPTS = word

    assert ids() == ["notify.E005"]


@pytest.mark.parametrize(
    ("timeout", "lease", "found"),
    [(2, 17, ["notify.E006"]), (2, 18, []), (60, 120, ["notify.E006"]), (60, 121, [])],
)
def test_a_lease_outlives_a_call(settings, timeout, lease, found):
    settings.PROVIDER_TIMEOUT_SECONDS = timeout
    settings.DELIVERY_LEASE_SECONDS = lease

    assert ids() == found


def test_an_endpoint_may_always_be_called(settings):
    settings.CALLBACK_CALLS_PER_ENDPOINT = 0

    assert ids() == ["notify.E031"]


@pytest.mark.parametrize(("timeout", "lease", "found"), [(5, 9, ["notify.E008"]), (5, 10, [])])
def test_a_lease_outlives_a_call_of_a_service(settings, timeout, lease, found):
    settings.CALLBACK_TIMEOUT_SECONDS = timeout
    settings.CALLBACK_LEASE_SECONDS = lease

    assert ids() == found


@pytest.mark.django_db
class TestStoredProviders:
    def found(self):
        return ids(Tags.database, databases=["default"])

    def test_those_that_exist_are_in_order(self):
        ProviderDetailsFactory(identifier="mmg")
        ProviderDetailsFactory(identifier="smtp", notification_type="email")

        assert self.found() == []

    def test_one_that_does_not_exist_is_an_error(self):
        ProviderDetailsFactory(identifier="pigeon")

        assert self.found() == ["notify.E007"]

    def test_one_that_is_on_without_its_options_is_worth_a_warning(self, settings):
        settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "mmg": {"url": "x"}}
        ProviderDetailsFactory(identifier="mmg")

        assert self.found() == ["notify.W001"]

    def test_one_that_is_off_needs_no_options(self, settings):
        settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "mmg": {}}
        ProviderDetailsFactory(identifier="mmg", active=False)

        assert self.found() == []
