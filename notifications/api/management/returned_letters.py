"""Letters that the post brought back: reporting them, and what a service sees of them."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django_filters.rest_framework import DateFilter, FilterSet
from drf_spectacular.utils import extend_schema
from redis import RedisError
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.callbacks.payloads import SentLetter
from notifications.models import NotificationHistory, ReturnedLetter
from notifications.receipts.report_returned import report_returned
from notifications.receipts.returned_letters import REFERENCE
from notifications.receipts.sent_letters import how_sent
from notify_project.api.errors import ServiceUnavailable
from services.api.management.viewsets import (
    PLATFORM,
    ByKey,
    ManagementViewSet,
    ServiceOwnedViewSet,
)


class ReferencesSerializer(serializers.Serializer[Any]):
    """Which letters came back."""

    references = serializers.ListField(
        child=serializers.RegexField(f"^{REFERENCE.pattern}$"),
        min_length=1,
        help_text="As they are printed on the letters.",
    )


class ReturningViewSet(ManagementViewSet):
    """Reports of the printer, or of whoever opens what the post brings back."""

    names = ("a report", "reports")
    queryset = ReturnedLetter.objects.none()
    serializer_class = ReferencesSerializer
    access = {"write": PLATFORM, "read": PLATFORM}

    @extend_schema(responses={204: None})
    @action(detail=False, methods=["post"], url_path="returned")
    def returned(self, request: Request, **_: Any) -> Response:
        """Report that letters came back: workers record it, and tell the services.

        What was reported before, or is no letter of ours, changes nothing.
        """
        del request
        wanted = self.checked(ReferencesSerializer)
        try:
            report_returned(wanted["references"], actor=self.actor)
        except (RedisError, OSError) as error:
            raise ServiceUnavailable("Redis does not answer at the moment, try again") from error
        return Response(status=204)


class SentLetterSerializer(serializers.Serializer[SentLetter]):
    """A letter that came back; all but its id is null once nothing is left of it."""

    notification_id = serializers.UUIDField()
    reference = serializers.CharField(
        allow_null=True, help_text="The caller's, of one that came by the API."
    )
    date_sent = serializers.DateTimeField(allow_null=True)
    sent_by = serializers.CharField(
        allow_null=True, help_text="The email address of a person, or API."
    )
    template_name = serializers.CharField(
        allow_null=True, help_text="Null of one that came as a PDF, with its id and version."
    )
    template_id = serializers.UUIDField(allow_null=True)
    template_version = serializers.IntegerField(allow_null=True)
    spreadsheet_file_name = serializers.CharField(allow_null=True)
    spreadsheet_row_number = serializers.IntegerField(
        allow_null=True, help_text="The names of columns are row 1."
    )
    upload_letter_file_name = serializers.CharField(allow_null=True)


class DayOfReturnsSerializer(serializers.Serializer[Any]):
    """How many letters were reported on a day."""

    reported_at = serializers.DateField(help_text="Day in London.")
    letters = serializers.IntegerField()
    without_message = serializers.IntegerField(
        help_text="Of them, those of which nothing is left but that they came back."
    )


class _NewestFirst(ByKey):
    ordering = ("-id",)


class _NewestDayFirst(ByKey):
    ordering = ("-reported_at",)


class ReturnedFilter(FilterSet):  # type: ignore[misc]  # the library has no types
    """Of which day."""

    reported_at = DateFilter(
        required=True, input_formats=["%Y-%m-%d"], help_text="Day in London of the report."
    )

    class Meta:
        model = ReturnedLetter
        fields: list[str] = []


class ReturnedLetterViewSet(mixins.ListModelMixin, ServiceOwnedViewSet):
    """Letters of the service that came back, also when the messages are deleted."""

    names = ("a returned letter", "returned letters")
    queryset = ReturnedLetter.objects.all()
    serializer_class = SentLetterSerializer
    filterset_class = ReturnedFilter
    pagination_class = _NewestFirst
    access = {"read": "view_activity"}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the letters that were reported on one day, as they were sent."""
        del request, args, kwargs
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        ids = [row.notification_id for row in page]
        letters = NotificationHistory.objects.filter(id__in=ids)
        sent = {letter.notification_id: letter for letter in how_sent(list(letters))}
        shown = [_shown(notification_id, sent.get(notification_id)) for notification_id in ids]
        return self.get_paginated_response(shown)

    @extend_schema(responses=DayOfReturnsSerializer(many=True), filters=False)
    @action(
        detail=False,
        methods=["get"],
        url_path="days",
        pagination_class=_NewestDayFirst,
        filter_backends=[],
    )
    def days(self, request: Request, **_: Any) -> Response:
        """Count the letters that were reported on each day, the newest first."""
        del request
        is_left = Exists(NotificationHistory.objects.filter(id=OuterRef("notification_id")))
        counted = (
            self.get_queryset()
            .annotate(is_left=is_left)
            .values("reported_at")
            .annotate(letters=Count("id"), without_message=Count("id", filter=Q(is_left=False)))
        )
        page = self.paginate_queryset(counted) or []
        return self.get_paginated_response(DayOfReturnsSerializer(page, many=True).data)


def _shown(notification_id: Any, letter: SentLetter | None) -> dict[str, Any]:
    if letter is not None:
        return dict(SentLetterSerializer(letter).data)
    names = SentLetterSerializer().fields
    return dict.fromkeys(names) | {"notification_id": notification_id}
