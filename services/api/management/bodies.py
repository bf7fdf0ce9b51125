"""Bodies of requests to the management API: JSON, and nothing in them that nobody can set."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.serializers import BaseSerializer

from notify_project.api.errors import BadRequest
from notify_project.api.negotiation import OrjsonRenderer
from notify_project.api.strict import wrong_types
from notify_project.api.views import read_body, read_json


class JsonBody(BaseParser):
    """A body as the whole API reads it: JSON, and not nested beyond reason."""

    media_type = OrjsonRenderer.media_type

    def parse(
        self,
        _stream: Any,
        _media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body.

        Raises:
            BadRequest: it is not JSON, or nothing in the place of an object.
        """
        request = (parser_context or {})["request"]
        found = read_json(request, may_be_empty=True)
        # What is empty in Python reads as an object.
        if not found and read_body(request).strip()[:1] not in {b"", b"{"}:
            raise BadRequest("An object is needed.")
        return found


def require_known(serializer: BaseSerializer[Any], body: Any) -> None:
    """Refuse an object that names what nobody can set; what is no object is not judged here.

    Raises:
        ValidationError: the fields that are none, or cannot be set.
    """
    fields: Mapping[str, Any] = getattr(serializer, "fields", {})
    if not isinstance(body, Mapping):
        return
    wrong = {
        name: ["This cannot be set" if name in fields else "There is no such field"]
        for name in body
        if name not in fields or fields[name].read_only
    }
    known = {name: value for name, value in body.items() if name not in wrong}
    if wrong := wrong | wrong_types(serializer, known):
        raise ValidationError(wrong)
