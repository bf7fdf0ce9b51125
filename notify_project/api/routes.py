"""Routes of the API's resources, without the trailing slashes that callers would be sent to."""

from rest_framework.routers import Route


def route(url: str, name: str, *, detail: bool, methods: dict[str, str]) -> Route:
    """Return a route of a router's resource.

    Args:
        url: a regular expression; ``{prefix}`` and ``{lookup}`` stand for the resource's own.
        name: what follows the resource's name in the route's.
        detail: it is about one object.
        methods: HTTP method -> method of the view set.
    """
    return Route(
        url=url, mapping=methods, name=f"{{basename}}-{name}", detail=detail, initkwargs={}
    )
