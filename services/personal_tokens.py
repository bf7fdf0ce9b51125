"""Personal tokens: issued once, expiring, revoked for good."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.texts import clean_name
from services.models import PersonalToken, Service, User

PREFIX = "npt_"
LONGEST_DAYS = 365
MAX_NAME = 255


class InvalidToken(ApiError):
    """A token that cannot be issued."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with what is shown of it once.

    Attributes:
        token: the stored row.
        shown_once: what programs send as the bearer token.
    """

    token: PersonalToken
    shown_once: str = field(repr=False)


def issue(
    user: User,
    name: str,
    *,
    actor: User | None,
    scope: str = PersonalToken.Scope.READ,
    service: Service | None = None,
    days: int = 90,
) -> IssuedToken:
    """Issue a token.

    Args:
        user: whose; it may do no more than they may.
        name: unique among the person's tokens that are not revoked.
        actor: who asked for it.
        scope: ``read`` or ``write``.
        service: the only service that it opens; None for all of the person's.
        days: how long it works, at most a year.

    Raises:
        InvalidToken: the name is empty or taken, the scope unknown, the time too long, the person
            may not sign in.
    """
    name = clean_name(name)
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidToken(f"The name must have 1 to {MAX_NAME} characters")
    if scope not in PersonalToken.Scope.values:
        raise InvalidToken(f"{scope} is not a scope")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidToken(f"A token works for 1 to {LONGEST_DAYS} days")
    if not user.is_active:
        raise InvalidToken("The person may not sign in")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = PersonalToken(
        user=user,
        name=name,
        digest=_digest(secret),
        scope=scope,
        service=service,
        expires_at=clock.now() + timedelta(days=days),
    )
    try:
        with transaction.atomic():
            token.save(force_insert=True)
            service_id = service.id if service else None
            after = {"name": name, "scope": str(scope), "days": days}
            audit.record("issue token", token, actor=actor, service_id=service_id, after=after)
    except IntegrityError as error:
        raise InvalidToken(f"The token {name} exists already") from error
    return IssuedToken(token, secret)


def revoke(token: PersonalToken, *, actor: User | None) -> None:
    """Revoke a token at once; a second time changes nothing."""
    with transaction.atomic():
        rows = PersonalToken.objects.filter(id=token.id, revoked_at=None)
        if rows.update(revoked_at=clock.now()):
            audit.record("revoke token", token, actor=actor, service_id=token.service_id)


def find_token(secret: str) -> PersonalToken | None:
    """Return the token that works with this secret, with its person."""
    rows = PersonalToken.objects.usable().select_related("user")
    return rows.filter(digest=_digest(secret)).first()


def _digest(secret: str) -> str:
    # Its 256 random bits cannot be guessed from the digest, so no slow hash is needed.
    return sha256(secret.encode()).hexdigest()
