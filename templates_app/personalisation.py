"""Refuse values that leave a template's placeholders empty."""

from typing import Any

from notify_project.api.errors import BadRequest
from templates_app.rendering import placeholders


def require_personalisation(names: tuple[str, ...], personalisation: dict[str, Any]) -> None:
    """Refuse values that lack some of a template's placeholders; more than these do no harm.

    Raises:
        BadRequest: it names what is missing, as the template spells it.
    """
    missing = placeholders.missing(names, personalisation)
    if missing:
        raise BadRequest(f"Missing personalisation: {', '.join(missing)}")
