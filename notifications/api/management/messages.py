"""A service's messages: found by what is known of them, and looked at one by one."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.api.management.paging import PagesOfMessages
from notifications.api.management.queries import SearchSerializer, search_of
from notifications.api.management.search import Search, Shared
from notifications.api.management.serializers import MessageSerializer, OneMessageSerializer
from notifications.api.management.told import StorySerializer, told
from notifications.models import Notification
from notifications.support.timeline.facts import find_message
from notifications.support.timeline.story import story_of
from notify_project.api.errors import NoResultFound
from services.api.management.viewsets import READS, ServiceOwnedViewSet
from templates_app.read_models import prepare_versions

_PERSONAL = frozenset({Shared.RECIPIENT, Shared.REFERENCE})


class MessageViewSet(mixins.RetrieveModelMixin, ServiceOwnedViewSet):
    """Messages of the service, from acceptance to the end of retention."""

    names = ("a message", "messages")
    queryset = Notification.objects.select_related("created_by", "service")
    serializer_class = OneMessageSerializer
    pagination_class = PagesOfMessages
    filter_backends = []
    shows_recipients = READS
    access = {"read": "view_activity"}

    @extend_schema(parameters=[SearchSerializer], responses=MessageSerializer(many=True))
    def list(self, request: Request, **_: Any) -> Response:
        """Find messages, newest first; without a filter, all of them.

        Of template, job, api_key, reference and to, one at a time; the others go with each. Who
        looks for a recipient or a reference leaves an audit event, which does not name it.
        """
        search = search_of(request, self.service.id)
        pages = PagesOfMessages()
        rows = pages.find(search, request)
        self._audit(search)
        prepare_versions((row.template_id, row.template_version) for row in rows)
        return pages.get_paginated_response(MessageSerializer(rows, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show a message: what it says, how it was sent, what came of it and who was told."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(responses=StorySerializer)
    @action(detail=True, methods=["get"])
    def timeline(self, _request: Request, *, pk: UUID, **_: Any) -> Response:
        """Tell what happened to a message, what it waits for and what came of it.

        Nothing of it is personal, and history knows it when the message is deleted. What staff did,
        and the words of providers, are for support staff.
        """
        row = find_message(pk)
        if row is None or row.service_id != self.service.id:
            raise NoResultFound
        for_staff = self.principal.is_platform
        story = told(story_of(row, with_acts=for_staff), with_raw=for_staff)
        return Response(StorySerializer(story).data)

    def _audit(self, search: Search) -> None:
        if search.shared is not None and search.shared[0] in _PERSONAL:
            self.write_audit("search messages", self.service, after={"by": search.shared[0].value})
