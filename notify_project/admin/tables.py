"""Tables on pages that show figures."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_CELL = '<td class="px-3 py-1">{}</td>'
_HEAD = '<th class="px-3 py-1 text-left">{}</th>'
_LINK = '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>'
# What is wider than the screen is scrolled by itself; around it a page has less than four rem.
_TABLE = (
    '<div class="overflow-x-auto" style="max-width:calc(100vw - 4rem)">'
    "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
)


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> SafeString:
    """Return a table with a line of heads, or say that there is nothing yet."""
    body = [(format_html_join("", _CELL, ((cell,) for cell in row)),) for row in rows]
    if not body:
        return format_html("{}", "nothing yet")
    head = format_html_join("", _HEAD, ((h,) for h in heads))
    return format_html(_TABLE, head, format_html_join("", "<tr>{}</tr>", body))


def side_by_side(tables: Iterable[tuple[str, SafeString]]) -> SafeString:
    """Return tables with their names, as many in a line as the page has room for."""
    named = '<div><div class="px-3 py-1 font-semibold">{}</div>{}</div>'
    return format_html(
        '<div style="display:flex;flex-wrap:wrap;gap:1rem 0">{}</div>',
        format_html_join("", named, tables),
    )


def link(url: str, words: object) -> SafeString:
    """Return a link that looks like one: the pages' style leaves it as plain text."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, words
    )
