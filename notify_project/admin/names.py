"""Names on pages: refused in the words of the use cases, and shortened in lists."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.utils.html import format_html
from django.utils.text import Truncator

from notify_project.texts import InvalidName, clean_name

MAX_SHOWN: Final = 60


def short(name: str) -> str:
    """Return a name for a column of a list; a long one is cut, and whole under the pointer."""
    if len(name) <= MAX_SHOWN:
        return name
    cut = Truncator(name).chars(MAX_SHOWN)
    return format_html('<span title="{}">{}</span>', name, cut)


def cleaned_name(form: BaseForm) -> str:
    """Return the form's name as it will be kept.

    Raises:
        ValidationError: nobody can see it, or it turns round the text after it.
    """
    given: dict[str, Any] = form.cleaned_data
    try:
        name = clean_name(given["name"])
    except InvalidName as error:
        raise ValidationError(error.message) from error
    if not name:
        raise ValidationError("The name must not be empty")
    return name
