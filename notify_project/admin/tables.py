"""Tables on pages that show figures."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_CELL = '<td class="px-3 py-1">{}</td>'


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> SafeString:
    """Return a table with a line of heads, or say that there is nothing yet."""
    body = [(format_html_join("", _CELL, ((cell,) for cell in row)),) for row in rows]
    if not body:
        return format_html("{}", "nothing yet")
    head = format_html_join("", '<th class="px-3 py-1 text-left">{}</th>', ((h,) for h in heads))
    lines = format_html_join("", "<tr>{}</tr>", body)
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, lines)
