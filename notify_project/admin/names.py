"""Names in forms, refused in the words of the use cases."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from notify_project.texts import InvalidName, clean_name


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
