"""What a page is called: as the sidebar calls it."""

from typing import Any

from django import template

from notify_project.admin.navigation import title_of

register = template.Library()


@register.filter
def called(part: dict[str, Any]) -> Any:
    """Return the words for a part of a page's head."""
    return title_of(str(part.get("link", ""))) or part["title"]
