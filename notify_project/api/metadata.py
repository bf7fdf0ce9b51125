"""What OPTIONS tells of a resource of the management API."""

from typing import Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request
from rest_framework.views import APIView


class NameAndMethods(SimpleMetadata):
    """Its name and what it is for; its fields are in the description of the API.

    To find out which fields a caller may set, the framework would go through what a view does.
    """

    def determine_actions(self, request: Request, view: APIView) -> dict[str, Any]:  # noqa: ARG002
        """Tell nothing of fields."""
        return {}
