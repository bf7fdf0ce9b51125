import pytest
from django.core.checks import INFO, Tags, run_checks

from notifications.tests.factories import ProviderDetailsFactory
from services.tests.factories import InboundNumberFactory, ServiceFactory


def ids(tag="notify", **options):
    messages = run_checks(tags=[tag], **options)
    found = [str(message.id) for message in messages if message.level > INFO]
    return sorted(name for name in found if name.startswith("notify."))


def test_an_ordinary_installation_is_in_order():
    assert ids() == []


@pytest.mark.redis
def test_files_that_nobody_scans_are_mentioned_before_going_live():
    found = run_checks(tags=["notify"], include_deployment_checks=True)

    assert [message.id for message in found if message.level == INFO] == ["notify.I001"]
    assert run_checks(tags=["notify"]) == []


@pytest.mark.parametrize("url", ["tcp://clamav:3310", "tcp://[::1]", "unix:///run/clamd.sock"])
def test_an_address_of_a_scanner_is_in_order(settings, url):
    settings.CLAMAV_URL = url

    assert run_checks(tags=["notify"]) == []


@pytest.mark.parametrize("url", ["clamav:3310", "http://clamav", "tcp://", "unix:", "tcp://a:b"])
def test_what_is_no_address_of_a_scanner_is_an_error(settings, url):
    settings.CLAMAV_URL = url

    assert ids() == ["notify.E020"]


def test_a_mode_of_accepting_that_does_not_exist_is_an_error(settings):
    settings.ACCEPT_MODE = "queue-first"

    assert ids() == ["notify.E021"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PERSIST_RETRY_MAX", 0),
        ("PERSIST_RETRY_INTERVAL", []),
        ("PERSIST_RETRY_INTERVAL", [300, -1]),
    ],
    ids=["no retry", "no interval", "the past"],
)
def test_retries_that_rq_would_refuse_are_an_error(settings, name, value):
    setattr(settings, name, value)

    assert ids() == ["notify.E022"]


@pytest.mark.parametrize(("seconds", "found"), [(30, []), (31, ["notify.E023"])])
def test_a_process_that_remembers_for_too_long_is_an_error(settings, seconds, found):
    settings.READ_MODEL_SECONDS = seconds

    assert ids() == found


@pytest.mark.parametrize(
    ("setting", "value", "found"),
    [
        ("EMAIL_BANNER_COLOUR", "red", ["notify.E030"]),
        ("EMAIL_BANNER_COLOUR", "", ["notify.E030"]),
        ("EMAIL_BANNER_COLOUR", "#1D70B8", []),
        ("EMAIL_BANNER_LOGO_URL", "/logo.png", ["notify.E031"]),
        ("EMAIL_BANNER_LOGO_URL", "https://cdn.example/logo.png", []),
        ("ASSET_URL", "assets.example", ["notify.E031"]),
    ],
)
def test_a_banner_can_be_shown(settings, setting, value, found):
    setattr(settings, setting, value)

    assert ids() == found


def test_before_a_deployment_a_missing_scheduler_is_told(redis):
    missing = ids(include_deployment_checks=True)
    redis.set("rq:scheduler-lock:database", "1")

    assert (missing, ids(include_deployment_checks=True)) == (["notify.W002"], [])


def test_without_redis_no_scheduler_is_known_to_run():
    assert ids(include_deployment_checks=True) == ["notify.W002"]


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("passwords", "taken", "found"),
    [([], True, ["notify.W003"]), ([], False, []), (["s3cret"], True, [])],
    ids=["none", "none is needed", "one"],
)
def test_a_number_of_a_provider_without_a_password_is_a_warning(settings, passwords, taken, found):
    login = {"username": "notify", "passwords": passwords}
    settings.RECEIVED_TEXTS = {**settings.RECEIVED_TEXTS, "mmg": login}
    InboundNumberFactory(service=ServiceFactory() if taken else None)

    ours = [each for each in ids(Tags.database, databases=["default"]) if each == "notify.W003"]

    assert ours == found


def test_a_job_that_would_be_mended_while_it_works_is_an_error(settings):
    settings.JOB_REPAIR_AFTER_SECONDS = 10

    assert ids() == ["notify.E040"]
