"""Every provider, by name."""

import threading
from functools import cache
from typing import Any

from django.conf import settings

from notifications.providers.anymail import Anymail
from notifications.providers.base import Provider
from notifications.providers.console import Console
from notifications.providers.firetext import Firetext
from notifications.providers.mmg import Mmg
from notifications.providers.smtp import Smtp
from notifications.providers.twilio import Twilio

PROVIDERS: dict[str, type[Provider[Any]]] = {
    kind.name: kind for kind in (Mmg, Firetext, Twilio, Smtp, Anymail, Console)
}
_lock = threading.Lock()


def provider(name: str) -> Provider[Any]:
    """Return the instance that all threads share.

    Raises:
        KeyError: no provider has that name.
    """
    options = settings.PROVIDER_OPTIONS.get(name, {})
    with _lock:
        return _instance(PROVIDERS[name], tuple(sorted(options.items())))


@cache
def _instance(kind: type[Provider[Any]], options: tuple[tuple[str, str], ...]) -> Provider[Any]:
    return kind(dict(options))
