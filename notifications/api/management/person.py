"""Finding and erasing a person; recipients are in the body, for addresses are logged."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import extend_schema
from redis import RedisError
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.models import PersonRequest
from notifications.support.certificate import certificate
from notifications.support.erase import erase
from notifications.support.find import NOT_SEARCHED, Found, find
from notifications.support.person import MOST_RECIPIENTS, read_person
from notify_project.api.errors import ServiceUnavailable
from services.api.management.viewsets import PLATFORM, ManagementViewSet

# Of each kind; the command exports all.
MOST_SHOWN = 100


class WantedSerializer(serializers.Serializer[Any]):
    """Whom to look for, and why."""

    recipients = serializers.ListField(
        child=serializers.CharField(max_length=1000),
        min_length=1,
        max_length=MOST_RECIPIENTS,
        help_text="Email addresses, phone numbers, or postal addresses as one line: "
        "12 High Street, SW1A 1AA.",
    )
    reason = serializers.CharField(max_length=500, help_text="It is kept, so name nobody.")
    case_reference = serializers.CharField(max_length=100, required=False)


class ErasureSerializer(WantedSerializer):
    """Whom to erase, why, and for which case."""

    case_reference = serializers.CharField(max_length=100)
    confirm = serializers.BooleanField(
        default=False, help_text="Without it nothing is erased, and the answer says what would be."
    )


class FoundSerializer(serializers.Serializer[Any]):
    """What was found."""

    request = serializers.UUIDField(help_text="As the audit event names it.")
    counts = serializers.DictField(child=serializers.IntegerField())
    found = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField()),
        help_text=f"By kind, up to {MOST_SHOWN} of each; the command find_person exports all.",
    )
    digests_that_protect = serializers.IntegerField(
        help_text="Wishes not to be written to of somebody who was erased."
    )
    unreadable_in_redis = serializers.IntegerField(
        help_text="Messages that wait in Redis and that no key of now decrypts."
    )
    not_searched = serializers.ListField(child=serializers.CharField())


class CertificateSerializer(serializers.Serializer[Any]):
    """What was done, by whom and why; never to whom."""

    certificate = serializers.UUIDField()
    case_reference = serializers.CharField()
    reason = serializers.CharField()
    actor = serializers.UUIDField(allow_null=True)
    began_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
    recipients = serializers.IntegerField(help_text="How many were asked for.")
    erased = serializers.DictField(child=serializers.IntegerField())
    not_searched = serializers.ListField(child=serializers.CharField())


class ErasedSerializer(serializers.Serializer[Any]):
    """What was erased, or would be."""

    erased = serializers.BooleanField()
    counts = serializers.DictField(
        child=serializers.IntegerField(), allow_null=True, help_text="What would be; else null."
    )
    certificate = CertificateSerializer(allow_null=True)


class PersonViewSet(ManagementViewSet):
    """What is stored of one person, wherever it is.

    Every file of recipients is read, which may take minutes: let the client wait. Whatever
    happens to the connection, an erasure may be asked for again and goes on where it was.
    """

    names = ("a person", "people")
    queryset = PersonRequest.objects.none()
    access = {"read": PLATFORM, "write": PLATFORM}
    rights = dict.fromkeys(("find", "erase"), "notifications.view_recipient")

    def get_serializer_class(self) -> Any:
        """Return what the action wants to know."""
        return ErasureSerializer if self.action == "erase" else WantedSerializer

    @extend_schema(responses={200: FoundSerializer})
    @action(detail=False, methods=["post"], url_path="find")
    def find(self, request: Request, **_: Any) -> Response:
        """Find a person; the audit tells that somebody looked, and not for whom."""
        return Response(_shown(self._find(self._wanted(request))))

    @extend_schema(responses={200: ErasedSerializer})
    @action(detail=False, methods=["post"], url_path="erase")
    def erase(self, request: Request, **_: Any) -> Response:
        """Erase a person for good, or say what would be erased."""
        wanted = self._wanted(request)
        if not wanted.pop("confirm"):
            counts = self._find(wanted).counts
            return Response({"erased": False, "counts": counts, "certificate": None})
        person = read_person(wanted.pop("recipients"))
        with _redis_away_told():
            done = erase(person, actor=self.actor, tell=_nobody_listens, **wanted)
        return Response({"erased": True, "counts": None, "certificate": certificate(done)})

    def _wanted(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _find(self, wanted: dict[str, Any]) -> Found:
        person = read_person(wanted.pop("recipients"))
        with _redis_away_told():
            return find(person, actor=self.actor, tell=_nobody_listens, **wanted)


def _shown(found: Found) -> dict[str, Any]:
    return {
        "request": found.request.id,
        "counts": found.counts,
        "found": {store: items[:MOST_SHOWN] for store, items in found.items.items()},
        "digests_that_protect": found.digests,
        "unreadable_in_redis": found.unreadable,
        "not_searched": NOT_SEARCHED,
    }


def _nobody_listens(text: str) -> None:
    del text


@contextmanager
def _redis_away_told() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise ServiceUnavailable("Redis does not answer at the moment, try again") from error
