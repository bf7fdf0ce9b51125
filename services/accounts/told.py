"""What django-allauth tells of second factors, for the audit and the count of failures."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator

from notify_project import audit
from services.models import User
from services.sign_in import record_failure


def listen() -> None:
    """Begin to listen: called once, when the app is ready."""
    signals.authenticator_added.connect(_added)
    signals.authenticator_removed.connect(_removed)
    signals.authenticator_reset.connect(_reset)
    signals.authentication_failed.connect(_failed)


def _added(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("add second factor", user, actor=user, after={"kind": authenticator.type})


def _removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("remove second factor", user, actor=user, before={"kind": authenticator.type})


def _reset(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record("renew recovery codes", user, actor=user, after={"kind": authenticator.type})


def _failed(user: User, authenticator: Authenticator, **_: Any) -> None:
    record_failure(user, str(authenticator.type))
