"""What a search of messages can be asked for."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from notifications.api.management.search import Search, Shared
from notifications.api.schemas import STATUS_WORDS, TYPE_WORDS
from notifications.statuses import expand
from notify_project.api.queries import FIRST_DAY, LAST_DAY
from notify_project.api.views import read_query
from notify_project.clock import london_midnight
from notify_project.recipients.unknown import normalise

_REPEATABLE: Final = ("status", "template_type")
_OF_PAGES: Final = frozenset({"cursor", "page_size"})
_NEXT: Final = timedelta(days=1)


def _one_of(words: list[str]) -> serializers.ListField:
    # Checked here and not by a choice, which would be one more name for the same words.
    def require(word: str) -> None:
        if word not in words:
            raise ValidationError(f"Not one of {', '.join(words)}")

    return serializers.ListField(
        child=serializers.CharField(validators=[require]),
        required=False,
        allow_empty=False,
        max_length=len(words),
        help_text=f"May be repeated: {', '.join(words)}.",
    )


class SearchSerializer(serializers.Serializer[Any]):
    """The filters; all of them hold together."""

    status = _one_of(STATUS_WORDS)
    template_type = _one_of(TYPE_WORDS)
    start_date = serializers.DateField(required=False, help_text="The first London day.")
    end_date = serializers.DateField(required=False, help_text="The last London day.")
    to = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="A whole address or number, in any spelling; of a letter, all lines.",
    )
    reference = serializers.CharField(
        required=False, trim_whitespace=False, help_text="The caller's, as it was given."
    )
    template = serializers.UUIDField(required=False)
    job = serializers.UUIDField(required=False)
    api_key = serializers.UUIDField(required=False)

    def validate_start_date(self, day: Any) -> Any:
        """Refuse days that no calendar of ours has."""
        return _in_calendar(day)

    def validate_end_date(self, day: Any) -> Any:
        """Likewise."""
        return _in_calendar(day)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what no index answers, and days the wrong way round."""
        shared = [each.value for each in Shared if each.value in attrs]
        if len(shared) > 1:
            raise ValidationError(
                {name: [f"One at a time of {', '.join(Shared)}"] for name in shared}
            )
        first, last = attrs.get("start_date"), attrs.get("end_date")
        if first and last and last < first:
            raise ValidationError({"end_date": ["Must not be before start_date"]})
        return attrs


def search_of(request: Request, service_id: UUID) -> Search:
    """Return the search that a query asks for.

    Raises:
        ValidationError: some of it makes no sense, or is no filter.
    """
    query = read_query(request, *_REPEATABLE)
    filters = {name: value for name, value in query.items() if name not in _OF_PAGES}
    serializer = SearchSerializer(data=filters)
    unknown = filters.keys() - serializer.fields.keys()
    if unknown:
        raise ValidationError({name: ["There is no such filter"] for name in sorted(unknown)})
    serializer.is_valid(raise_exception=True)
    wanted = serializer.validated_data
    first, last = wanted.get("start_date"), wanted.get("end_date")
    return Search(
        service_id,
        shared=_shared(wanted),
        statuses=expand(wanted["status"]) if "status" in wanted else None,
        types=list(dict.fromkeys(wanted["template_type"])) if "template_type" in wanted else None,
        since=london_midnight(first) if first else None,
        before=london_midnight(last + _NEXT) if last else None,
    )


def _shared(wanted: dict[str, Any]) -> tuple[Shared, Any] | None:
    for each in Shared:
        if each.value in wanted:
            value = wanted[each.value]
            return each, normalise(value) if each == Shared.RECIPIENT else value
    return None


def _in_calendar(day: Any) -> Any:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(f"Must be between {FIRST_DAY} and {LAST_DAY}")
    return day
