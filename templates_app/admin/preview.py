"""What a template looks like, on its page: placeholders stand out."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from templates_app.letter_preview import unprintable_characters
from templates_app.models import Template, TemplateHistory
from templates_app.read_models import model_of
from templates_app.rendering.placeholders import parse
from templates_app.rendering.shown import Shown, show

# Nothing runs or loads in it, and its links lead nowhere.
_FRAME = (
    '<iframe title="Preview" sandbox="" srcdoc="{}" '
    'class="border border-base-200 rounded-default w-full bg-white" style="height:24rem"></iframe>'
)
_DOCUMENT = """\
<!DOCTYPE html>
<meta charset="utf-8">
<meta name="color-scheme" content="light">
<style>
body {{ font: 16px/1.5 Helvetica, Arial, sans-serif; color: #0b0c0c; background: #fff;
  max-width: 580px; margin: 16px; overflow-wrap: break-word }}
.placeholder {{ background: #ffe8a3 }}
.page-break {{ border-top: 2px dashed #b1b4b6; height: 0; overflow: hidden; margin: 16px 0 }}
.subject {{ font-size: 20px; font-weight: bold; margin: 0 0 16px }}
</style>
{}
"""


def preview_frame(
    template: Template | TemplateHistory, values: Mapping[str, str] | None = None
) -> SafeString:
    """Return a frame with the message, Welsh pages first; what has a value is filled in."""
    given = dict(values or {})
    parts = [_shown(template, template.content, template.subject, given)]
    if template.letter_welsh_content is not None:
        welsh = (template.letter_welsh_content, template.letter_welsh_subject)
        parts.insert(0, _shown(template, *welsh, given))
    html = '<div class="page-break"></div>'.join(map(_html, parts))
    return format_html(_FRAME, _DOCUMENT.format(html))


def pages_of(template: Template) -> SafeString | str:
    """Return the pages of a letter as a picture, and what of it cannot be printed."""
    lost = " ".join(unprintable_characters(model_of(template), {}))
    address = reverse("admin:templates_app_template_pages", args=[template.pk])
    return format_html(
        "{}{}",
        format_html("<p>Printed as empty boxes: {}</p>", lost) if lost else "",
        format_html(
            '<img src="{}?version={}" alt="The pages of the letter" loading="lazy" width="620" '
            'class="border border-base-200 rounded-default max-w-full">',
            address,
            template.version,
        ),
    )


def _shown(
    template: Template | TemplateHistory,
    content: str | None,
    subject: str | None,
    values: dict[str, str],
) -> Shown:
    heading = None if subject is None else parse(subject)
    # While its form is being refused, even a template's content may be missing.
    return show(template.template_type, parse(content or ""), heading, values, look="highlighted")


def _html(shown: Shown) -> SafeString:
    # Rendering escapes everything that is not its own.
    body = mark_safe(shown.body)  # noqa: S308
    if shown.subject is None:
        return body
    return format_html('<p class="subject">{}</p>{}', mark_safe(shown.subject), body)  # noqa: S308
