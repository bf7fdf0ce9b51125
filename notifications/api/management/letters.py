"""What can be done to a letter: cancelled in time, and repaired by support staff."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.letters.cancel import cancel_letter
from notifications.models import Notification
from notifications.support import letters
from services.api.management.reasons import NoteSerializer, ReasonSerializer
from services.api.management.viewsets import PLATFORM, ServiceOwnedViewSet


class LetterStandingSerializer(ModelSerializer[Notification]):
    """Where a letter stands; not to whom it goes, which not everybody may see."""

    class Meta:
        model = Notification
        fields = ("id", "status", "failure_reason", "billable_units", "updated_at")
        read_only_fields = fields


class LetterViewSet(ServiceOwnedViewSet):
    """Letters of the service, as long as they are not printed."""

    names = ("a letter", "letters")
    queryset = Notification.objects.all()
    serializer_class = LetterStandingSerializer
    access = {"read": "view_activity", "write": PLATFORM, "cancel": "send_letters"}

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, _request: Request, **_: Any) -> Response:
        """Cancel a letter before its printing begins, at 17:30 in London of its day."""
        letter: Notification = self.get_object()
        reason = self.checked(NoteSerializer)["reason"]
        cancel_letter(self.service.id, letter.id, actor=self.actor, reason=reason)
        return self._answer(letter)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="make-pages")
    def make_pages(self, _request: Request, **_: Any) -> Response:
        """Make the pages of a letter from a template again, before it is printed."""
        return self._repair(letters.make_pages_again)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, _request: Request, **_: Any) -> Response:
        """Print a letter that is in technical-failure with the next print run."""
        return self._repair(letters.send_again)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="give-up")
    def give_up(self, _request: Request, **_: Any) -> Response:
        """Make a technical-failure a permanent-failure: the letter is never printed."""
        return self._repair(letters.give_up)

    def _repair(self, change: Callable[..., None]) -> Response:
        letter: Notification = self.get_object()
        change(letter, actor=self.actor, reason=self.checked(ReasonSerializer)["reason"])
        return self._answer(letter)

    def _answer(self, letter: Notification) -> Response:
        letter.refresh_from_db()
        return Response(self.shown(letter))
