"""Where a service wants to be told."""

from django.conf import settings
from django.db import transaction

from notify_project import audit
from notify_project.addresses import BadAddress, require_callable
from notify_project.api.errors import ApiError
from notify_project.versioning import save_versioned
from services.models import (
    CallbackType,
    Service,
    ServiceCallbackApi,
    ServiceCallbackApiHistory,
    User,
)
from services.read_models import forget_service

# Source: the API contract, callbacks.
SHORTEST_TOKEN = 10


class InvalidCallback(ApiError):
    """A callback that cannot be saved."""


def set_callback(
    service: Service, callback_type: str, *, url: str, token: str | None, actor: User | None
) -> bool:
    """Set an address and its token, and return whether anything changed.

    Args:
        service: who wants to be told.
        callback_type: of what.
        url: an https address, in public unless the installation allows others.
        token: sent as the bearer token; None keeps the one there is.
        actor: who asked for it.

    Raises:
        InvalidCallback: the message says why.
    """
    with transaction.atomic():
        # There may be no row of the callback yet to lock.
        Service.objects.select_for_update(no_key=True).get(id=service.id)
        rows = ServiceCallbackApi.objects.filter(service=service, callback_type=callback_type)
        row = rows.first()
        if row is None:
            row = ServiceCallbackApi(service=service, callback_type=callback_type)
        before = (row.url, row.bearer_token)
        row.url, row.bearer_token = url, token if token is not None else row.bearer_token
        if (row.url, row.bearer_token) == before:
            return False
        _require_valid(row)
        row.updated_by = actor
        save_versioned(row, ServiceCallbackApiHistory)
        # Some put a secret of theirs in the query; those who read the audit may not see callbacks.
        after = {"callback_type": callback_type, "url": url.partition("?")[0]}
        audit.record("change callback", row, actor=actor, service_id=service.id, after=after)
        forget_service(service.id)
    return True


def _require_valid(row: ServiceCallbackApi) -> None:
    if row.callback_type not in CallbackType.values:
        raise InvalidCallback(f"{row.callback_type} is not a type of callback")
    try:
        require_callable(row.url, only_public=not settings.HTTP_ALLOW_PRIVATE)
    except BadAddress as error:
        raise InvalidCallback(f"The address of a callback {error}") from error
    if len(row.bearer_token) < SHORTEST_TOKEN:
        raise InvalidCallback(f"A bearer token has at least {SHORTEST_TOKEN} characters")
