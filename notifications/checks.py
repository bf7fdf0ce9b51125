"""What ``manage.py check`` says about an installation that would lose messages."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register  # noqa: A004
from django.db import connections
from redis import RedisError

from notifications.acceptance.modes import AcceptMode
from notifications.delivery.calls import TIMEOUTS_PER_CALL
from notifications.jobs.moves import HEARTBEAT_EVERY
from notifications.models import ProviderDetails
from notifications.providers.registry import PROVIDERS
from notifications.statuses import Status
from notify_project.colours import is_colour
from notify_project.constants import Queue
from notify_project.queues import is_scheduler_alive
from notify_project.virus_scan import is_scanner_address
from services.models import InboundNumber
from templates_app.rendering.letter_print import CannotPrint, require_engine

# Connecting, and what a call may need beyond its time-out to end and be recorded.
LEASE_MARGIN_SECONDS = 15
CALLBACK_MARGIN_SECONDS = 5
SLOWEST_SWITCH_SECONDS = 30
Apps = Sequence[AppConfig] | None


@register("notify")
def check_every_queue_is_read(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """A task on a queue that no pool reads would never run."""
    del app_configs, options
    known = {queue.value for queue in Queue}
    read = {name for queues in settings.WORKER_POOLS.values() for name in queues}
    for name in sorted(known - read):
        yield Error(
            f"No worker pool reads the queue {name}.", hint="See WORKER_POOLS.", id="notify.E001"
        )
    for name in sorted(read - known):
        yield Error(f"A worker pool reads {name}, which is no queue.", id="notify.E002")


@register("notify")
def check_provider_options(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """Options of a provider that does not exist are a spelling mistake."""
    del app_configs, options
    for name in sorted(settings.PROVIDER_OPTIONS.keys() - PROVIDERS.keys()):
        yield Error(f"PROVIDER_OPTIONS names {name}, which is no provider.", id="notify.E003")
    for name, given in settings.PROVIDER_OPTIONS.items():
        if bool(given.get("receipt_username")) != bool(given.get("receipt_password")):
            yield Error(
                f"Receipts of {name} need both a user name and a password, or neither.",
                id="notify.E004",
            )


@register("notify")
def check_delivery_settings(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """A lease that ends before the call would hand a message over twice, or never begin."""
    del app_configs, options
    if settings.EMAIL_STATUS_WITHOUT_RECEIPTS not in {Status.DELIVERED, Status.SENT}:
        yield Error("EMAIL_STATUS_WITHOUT_RECEIPTS must be delivered or sent.", id="notify.E005")
    timeout = settings.PROVIDER_TIMEOUT_SECONDS
    shortest = max(timeout + LEASE_MARGIN_SECONDS, timeout * TIMEOUTS_PER_CALL)
    lease = settings.DELIVERY_LEASE_SECONDS
    if lease <= shortest:
        yield Error(
            f"DELIVERY_LEASE_SECONDS must be more than {shortest}.",
            hint="Or lower PROVIDER_TIMEOUT_SECONDS.",
            id="notify.E006",
        )


@register("notify")
def check_acceptance_settings(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """A mode that does not exist would refuse every message."""
    del app_configs, options
    if settings.ACCEPT_MODE not in AcceptMode:
        yield Error(f"ACCEPT_MODE must be {' or '.join(AcceptMode)}.", id="notify.E021")
    intervals = settings.PERSIST_RETRY_INTERVAL
    if settings.PERSIST_RETRY_MAX < 1 or not intervals or min(intervals) < 0:
        yield Error(
            "PERSIST_RETRY_MAX must be 1 or more, PERSIST_RETRY_INTERVAL seconds from 0.",
            id="notify.E022",
        )
    if settings.READ_MODEL_SECONDS > SLOWEST_SWITCH_SECONDS:
        yield Error(
            f"READ_MODEL_SECONDS must be at most {SLOWEST_SWITCH_SECONDS}.",
            hint="It decides how soon a revoked key and a switched accept mode are noticed.",
            id="notify.E023",
        )


@register("notify")
def check_job_settings(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """A job that works would be taken for one that has stopped."""
    del app_configs, options
    if HEARTBEAT_EVERY.total_seconds() >= settings.JOB_REPAIR_AFTER_SECONDS:
        yield Error(
            f"JOB_REPAIR_AFTER_SECONDS must be more than {HEARTBEAT_EVERY.seconds}.",
            hint="That often a job says that it makes progress.",
            id="notify.E040",
        )


@register("notify", deploy=True)
def check_a_scheduler_runs(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """Without one, what could not be stored at the first attempt is not tried again."""
    del app_configs, options
    try:
        is_alive = is_scheduler_alive()
    except (RedisError, OSError):
        is_alive = False
    if not is_alive:
        yield Warning("No scheduler runs.", hint="manage.py run_scheduler", id="notify.W002")


@register("notify", deploy=True)
def check_files_are_scanned(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """Files that nobody scans are the operator's decision, and said aloud before going live."""
    del app_configs, options
    if not settings.CLAMAV_URL:
        yield Info(
            "Files are not scanned for viruses.",
            hint="Set CLAMAV_URL to the address of ClamAV's daemon.",
            id="notify.I001",
        )


@register("notify", deploy=True)
def check_letters_can_be_made(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """Without what lays them out, letters would wait for ever."""
    del app_configs, options
    try:
        require_engine()
    except CannotPrint as error:
        yield Warning(str(error), hint="Workers of the pool letters need it.", id="notify.W003")


@register("notify")
def check_virus_scanner(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """An address that is none would refuse every file."""
    del app_configs, options
    if settings.CLAMAV_URL and not is_scanner_address(settings.CLAMAV_URL):
        yield Error(
            "CLAMAV_URL is neither tcp://host:port nor unix:///path: every file would be refused.",
            id="notify.E020",
        )


@register("notify")
def check_email_banner(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """A banner that mail programs cannot show would be seen by everybody but the operator."""
    del app_configs, options
    if not is_colour(settings.EMAIL_BANNER_COLOUR):
        yield Error(
            "EMAIL_BANNER_COLOUR is not written #rrggbb, such as #0b0c0c.", id="notify.E030"
        )
    urls = {
        "ASSET_URL": settings.ASSET_URL,
        "EMAIL_BANNER_LOGO_URL": settings.EMAIL_BANNER_LOGO_URL,
    }
    for name, url in urls.items():
        if url and not url.startswith(("https://", "http://")):
            yield Error(f"{name} is no absolute address.", id="notify.E031")


@register("notify")
def check_callback_settings(app_configs: Apps, **options: Any) -> Iterable[CheckMessage]:
    """A lease that ends before the call would tell a service the same thing twice."""
    del app_configs, options
    shortest = settings.CALLBACK_TIMEOUT_SECONDS + CALLBACK_MARGIN_SECONDS
    if shortest > settings.CALLBACK_LEASE_SECONDS:
        yield Error(f"CALLBACK_LEASE_SECONDS must be at least {shortest}.", id="notify.E008")
    if settings.CALLBACK_CALLS_PER_ENDPOINT < 1:
        yield Error("CALLBACK_CALLS_PER_ENDPOINT must be at least 1.", id="notify.E031")


@register(Tags.database)
def check_stored_providers(
    app_configs: Apps, databases: Sequence[str] | None = None, **options: Any
) -> Iterable[CheckMessage]:
    """A provider that the database names must exist, and if it is on, have its options."""
    del app_configs, options
    for alias in databases or ():
        # Also asked before the first migration.
        if ProviderDetails._meta.db_table in connections[alias].introspection.table_names():  # noqa: SLF001 - Django's public Meta
            for identifier, active in ProviderDetails.objects.using(alias).values_list(
                "identifier", "active"
            ):
                yield from _about(identifier, active=active)


@register(Tags.database)
def check_received_texts(
    app_configs: Apps, databases: Sequence[str] | None = None, **options: Any
) -> Iterable[CheckMessage]:
    """Texts to a number come in only if its provider can show who it is."""
    del app_configs, options
    for alias in databases or ():
        # Also asked before the first migration.
        if InboundNumber._meta.db_table in connections[alias].introspection.table_names():  # noqa: SLF001 - Django's public Meta
            taken = InboundNumber.objects.using(alias).exclude(service=None).order_by("provider")
            for name in taken.values_list("provider", flat=True).distinct():
                if not any(settings.RECEIVED_TEXTS.get(name, {}).get("passwords", ())):
                    yield Warning(
                        f"Services have numbers of {name}, whose texts are refused: "
                        "it has no password.",
                        hint=f"Set {name.upper()}_RECEIVE_PASSWORDS.",
                        id="notify.W003",
                    )


def _about(identifier: str, *, active: bool) -> Iterable[CheckMessage]:
    kind = PROVIDERS.get(identifier)
    if kind is None:
        yield Error(f"The database names {identifier}, which is no provider.", id="notify.E007")
        return
    given = settings.PROVIDER_OPTIONS.get(identifier, {})
    missing = [name for name in kind.required_options if not given.get(name)]
    if active and missing:
        yield Warning(
            f"The provider {identifier} is on and has no {' and no '.join(missing)}.",
            hint="Set it, or switch the provider off.",
            id="notify.W001",
        )
