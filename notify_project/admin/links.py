"""Addresses of pages that a lower app's page leads to, or that an installation may not have."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def find_url(name: str, *args: object, **query: object) -> str:
    """Return a page's address, or nothing if there is no page of that name.

    Args:
        name: as ``reverse`` takes it.
        args: what the address contains.
        query: what follows it.
    """
    try:
        url = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(query)}" if query else url
