"""What is asked before a template is archived, or its values are hidden for good."""

from django.urls import reverse

from notify_project.admin.confirming import Question
from templates_app.models import Template


def archive_question(row: Template) -> Question:
    """Ask before a template is archived."""
    return _question(
        row,
        f"Archive {row.name} of {row.service}?",
        "Archive",
        "An archived template cannot be sent or changed, is absent from lists and leaves its "
        "folder. It cannot be brought back. Messages that were sent from it stay as they are.",
    )


def redact_question(row: Template) -> Question:
    """Ask before the values of a template's messages are hidden."""
    return _question(
        row,
        f"Hide the values of {row.name} of {row.service}?",
        "Hide values for good",
        "Wherever people are shown messages, what was filled into this template is hidden from "
        "them, in messages that were sent already too. Recipients stay visible. Programs of the "
        "service still read everything with their API key.",
        "This cannot be switched off again.",
    )


def _question(row: Template, title: str, button: str, *lines: str) -> Question:
    return Question(
        title=title,
        button=button,
        consequences=lines,
        back=reverse("admin:templates_app_template_change", args=[row.pk]),
        typed=row.name,
        typed_name="the name of the template",
    )
