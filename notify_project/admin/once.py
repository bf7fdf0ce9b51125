"""What a page shows of a row: worked out once, although its form asks for it time and again."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model

AnyModel = TypeVar("AnyModel", bound=Model)
Shown = TypeVar("Shown")


def once(row: AnyModel, show: Callable[[AnyModel], Shown]) -> Shown:
    """Return what is shown of a row, kept with the row, which lives as long as its page."""
    kept: dict[Any, Any] = row.__dict__.setdefault("_shown_once", {})
    if show not in kept:
        kept[show] = show(row)
    return kept[show]  # type: ignore[no-any-return]  # it came from show
