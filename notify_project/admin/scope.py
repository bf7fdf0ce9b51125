"""Whose rows a person sees on pages that are not lists."""

from typing import Any
from uuid import UUID


def may_see_service(user: Any, service_id: UUID | str | None) -> bool:  # noqa: ARG001 - one day not all
    """Tell whether somebody may see what belongs to a service."""
    return bool(user.is_active and user.is_staff)
