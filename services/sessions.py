"""Where somebody is signed in, and how that ends."""

from django.conf import settings
from django.http import HttpRequest

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from services.models import PersonSession, User
from services.session_store import SEEN


def was_left_alone(request: HttpRequest) -> bool:
    """Tell whether a session was not used for so long that it has ended."""
    seen: float | None = request.session.get(SEEN)
    idle = 0 if seen is None else clock.now().timestamp() - seen
    return idle > settings.SESSION_IDLE_SECONDS


class NotEnded(ApiError):
    """Sessions that go on."""


def open_sessions(user: User) -> list[PersonSession]:
    """Return where a person is signed in, newest first."""
    rows = PersonSession.objects.filter(user=user, expire_date__gt=clock.now())
    return list(rows.order_by("-started_at", "session_key")[:50])


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Sign a person out everywhere, but for one session if it is given; return how many ended."""
    rows = PersonSession.objects.filter(user=user).exclude(session_key=but or "")
    return int(rows.delete()[0])


def end_session(user: User, session_key: str) -> bool:
    """Sign a person out of one browser, and return whether they were in."""
    return bool(PersonSession.objects.filter(user=user, session_key=session_key).delete()[0])


def sign_out(user: User, *, actor: User, reason: str = "", but: str | None = None) -> int:
    """Sign somebody out everywhere, audited; return how many sessions ended.

    Raises:
        NotEnded: it is somebody else's, and no reason is given.
    """
    if actor != user and not reason.strip():
        raise NotEnded("Say why")
    ended = end_sessions(user, but=but)
    if ended:
        audit.record("end sessions", user, actor=actor, after={"ended": ended}, reason=reason)
    return ended
