"""Finding anything by what is known of it; terms are in the body, for addresses are logged."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.models import Notification
from notifications.support.search import MOST_SHOWN, Answer, everything, search
from notifications.support.search_kinds import Hit
from services.api.management.viewsets import PLATFORM, ManagementViewSet


class TermSerializer(serializers.Serializer[Any]):
    """What to look for."""

    term = serializers.CharField(
        max_length=1000,
        help_text="An id, the id of a request, a reference, a name, a phone number or an email "
        "address.",
    )
    reason = serializers.CharField(
        max_length=500,
        required=False,
        help_text="Why a recipient is looked for; without it they are not. It is kept, so name "
        "nobody.",
    )


class HitSerializer(serializers.Serializer[Any]):
    """One thing that was found."""

    kind = serializers.CharField(help_text="Such as notification, job or apikey.")
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="What it is called, or is.")
    recipient = serializers.CharField(help_text="Of a message, masked; empty of anything else.")
    state = serializers.CharField(help_text="How it stands.")
    service = serializers.UUIDField(allow_null=True, help_text="Whose it is; null: the platform's.")
    created_at = serializers.DateTimeField()


class FindingsSerializer(serializers.Serializer[Any]):
    """What was found."""

    found = HitSerializer(many=True, help_text=f"Up to {MOST_SHOWN} of each kind.")
    more = serializers.ListField(
        child=serializers.CharField(), help_text="Kinds of which there are more."
    )
    tried = serializers.ListField(
        child=serializers.CharField(), help_text="As what the term was looked for."
    )
    needs_reason = serializers.BooleanField(
        help_text="The term is a recipient, and was not looked for as one."
    )


class FindViewSet(ManagementViewSet):
    """Anything, by what somebody knows of it."""

    names = ("a thing", "things")
    queryset = Notification.objects.none()
    serializer_class = TermSerializer
    access = {"read": PLATFORM, "write": PLATFORM}

    @extend_schema(responses={200: FindingsSerializer})
    def create(self, request: Request, **_: Any) -> Response:
        """Find what a term stands for; looking for a recipient leaves an audit event."""
        del request
        wanted = self.checked(TermSerializer)
        answer = search(wanted["term"], everything(self.actor), reason=wanted.get("reason", ""))
        return Response(_shown(answer))


def _shown(answer: Answer) -> dict[str, Any]:
    return {
        "found": [_hit(hit) for hit in answer.hits],
        "more": [group.kind.name for group in answer.groups if group.has_more],
        "tried": answer.tried,
        "needs_reason": answer.wants_reason,
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind.name,
        "id": hit.id,
        "name": hit.name,
        "recipient": hit.hint,
        "state": hit.state,
        "service": hit.service_id,
        "created_at": hit.at,
    }
