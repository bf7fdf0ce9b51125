"""Every provider, by name: each module of this package that has one."""

import pkgutil
import threading
from functools import cache
from importlib import import_module
from inspect import isabstract
from typing import Any

from django.conf import settings

from notifications import providers
from notifications.providers.base import Provider


def _find() -> dict[str, type[Provider[Any]]]:
    paths = {
        f"{providers.__name__}.{each.name}" for each in pkgutil.iter_modules(providers.__path__)
    }
    found = [
        kind
        for path in sorted(paths - {__name__})
        for kind in vars(import_module(path)).values()
        if isinstance(kind, type)
        and issubclass(kind, Provider)
        and f"{kind.__module__}.".startswith(f"{path}.")
    ]
    return {kind.name: kind for kind in found if not isabstract(kind)}


PROVIDERS = _find()
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
