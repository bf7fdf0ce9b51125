"""Show a message to people other than its recipient: as HTML, with or without its values."""

from dataclasses import dataclass
from html import escape

from templates_app.rendering.email import email_html_fragment, email_subject
from templates_app.rendering.letter import letter_html
from templates_app.rendering.placeholders import Parsed
from templates_app.rendering.sms import sms_body
from templates_app.rendering.unfilled import Look, mark_unfilled
from templates_app.rendering.values import Values, escape_html


@dataclass(frozen=True, slots=True)
class Shown:
    """A message for the eyes of staff, as HTML; texts have no subject."""

    subject: str | None
    body: str


def show(
    template_type: str,
    content: Parsed,
    subject: Parsed | None,
    values: Values,
    *,
    look: Look,
) -> Shown:
    """Render a message for people.

    Args:
        template_type: email, sms or letter.
        content: of the template.
        subject: likewise; None for texts.
        values: those that may be seen; nothing for a message whose template hides them.
        look: of placeholders without a value.
    """
    marked = mark_unfilled(content, values, look)
    body = marked.in_html(_BODY[template_type](marked.parsed, values))
    if subject is None:
        return Shown(None, body)
    heading = mark_unfilled(subject, values, look)
    return Shown(heading.in_html(escape_html(email_subject(heading.parsed, values))), body)


def _sms_html(content: Parsed, values: Values) -> str:
    return escape(sms_body(content, values), quote=False).replace("\n", "<br>")


_BODY = {"email": email_html_fragment, "letter": letter_html, "sms": _sms_html}
