"""Tables on pages that show figures."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_CELL = '<td class="px-3 py-1">{}</td>'
_HEAD = '<th class="px-3 py-1 text-left">{}</th>'
_LINK = '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>'
_GROUP = '<th class="px-3 py-1 text-left" colspan="{}">{}</th>'
# What is wider than the page is scrolled by itself.
_TABLE = '<div class="overflow-x-auto"><table><thead>{}</thead><tbody>{}</tbody></table></div>'


def table(
    heads: Iterable[str],
    rows: Iterable[Iterable[object]],
    *,
    groups: Iterable[tuple[int, str]] = (),
) -> SafeString:
    """Return a table with a line of heads, or say that there is nothing yet.

    Args:
        heads: one a column.
        rows: their cells.
        groups: what columns side by side have in common: how many they are, and a word.
    """
    body = [(format_html_join("", _CELL, ((cell,) for cell in row)),) for row in rows]
    if not body:
        return format_html("{}", "nothing yet")
    lines = [(format_html_join("", _HEAD, ((h,) for h in heads)),)]
    if grouped := format_html_join("", _GROUP, groups):
        lines.insert(0, (grouped,))
    in_lines = [format_html_join("", "<tr>{}</tr>", each) for each in (lines, body)]
    return format_html(_TABLE, *in_lines)


def link(url: str, words: object) -> SafeString:
    """Return a link that looks like one: the pages' style leaves it as plain text."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, words
    )
