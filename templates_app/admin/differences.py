"""What differs between two versions, on pages: what goes is struck out, what comes underlined."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from services.models import ServiceLetterContact
from templates_app.differences import Difference
from templates_app.folder_paths import shown_paths_of
from templates_app.models import TemplateFolder
from templates_app.word_diff import Kind

# Colours that stand out on light and dark pages alike, and are not all that tells them apart.
_RUNS: dict[Kind, str] = {
    "equal": "{}",
    "added": '<ins style="background:rgba(22,163,74,.28);text-decoration:underline">{}</ins>',
    "removed": '<del style="background:rgba(220,38,38,.22);text-decoration:line-through">{}</del>',
}
_ENTRY = (
    '<div class="mb-4"><div class="font-semibold">{}</div>'
    '<div style="white-space:pre-wrap;overflow-wrap:anywhere">{}</div></div>'
)
_WORDS = {
    "service_letter_contact_id": "Contact block",
    "folder_id": "Folder",
    "has_unsubscribe_link": "Link to unsubscribe",
    "letter_welsh_subject": "Welsh subject",
    "letter_welsh_content": "Welsh content",
    "template_type": "Type",
}


def shown_differences(found: Iterable[Difference]) -> SafeString:
    """Return each field that differs with what it was and what it is."""
    entries = [(_label(each.field), _shown(each)) for each in found]
    return format_html_join("", _ENTRY, entries) if entries else format_html("{}", "nothing")


def _label(field: str) -> str:
    return _WORDS.get(field, field.replace("_", " ").capitalize())


def _shown(each: Difference) -> SafeString:
    if each.words is not None:
        parts = [format_html(_RUNS[run.kind], run.text) for run in each.words]
        return format_html_join("", "{}", ((part,) for part in parts))
    before, after = (_value(each.field, value) for value in (each.before, each.after))
    return format_html("{} → {}", before, after)


def _value(field: str, value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field == "service_letter_contact_id":
        return ServiceLetterContact.objects.get(id=value).contact_block
    if field == "folder_id":
        folder = TemplateFolder.objects.filter(id=value).first()
        return shown_paths_of([folder.service_id])[folder.id] if folder else "a folder that is gone"
    return str(value)
