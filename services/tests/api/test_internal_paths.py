"""Views that ask nothing else of a caller are for support staff and programs of ours alone."""

import re
import uuid

import pytest
from django.urls import get_resolver

from services.api.internal import InternalAuthentication
from services.models import MemberPermission
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def internal_paths(service_id):
    """Return method and path of every such view, for a service."""
    for pattern in get_resolver().url_patterns:
        yield from _below(pattern, "", service_id)


def _below(pattern, start, service_id):
    route = start + str(pattern.pattern)
    if hasattr(pattern, "url_patterns"):
        for each in pattern.url_patterns:
            yield from _below(each, route, service_id)
        return
    kind = getattr(pattern.callback, "cls", None)
    if InternalAuthentication in getattr(kind, "authentication_classes", []):
        path = re.sub(r"<(uuid|str):service_id>", str(service_id), route)
        path = re.sub(r"<uuid:\w+>", str(uuid.uuid4()), path)
        for method in sorted(set(pattern.callback.actions) - {"head"}):
            yield method, "/" + re.sub(r"<[^>]*>", "1", path)


def test_there_are_such_views():
    paths = set(internal_paths("1"))

    assert ("get", "/platform-stats/data-for-billing-report") in paths


def test_a_member_with_every_permission_may_use_none_of_them():
    service = ServiceFactory()
    caller = member(service, *MemberPermission.Name.values)

    for method, path in internal_paths(service.id):
        status, answer = caller.ask(method, path, {} if method != "get" else None)
        assert (status, answer["message"]) == (403, "Support staff only"), (method, path)


def test_support_staff_may_read_and_with_a_token_for_reading_no_more():
    service = ServiceFactory()
    writing, reading = support(), support(scope="read")

    for method, path in internal_paths(service.id):
        if method == "get":
            assert writing.get(path)[0] in {200, 400, 404}, path
            assert reading.get(path)[0] in {200, 400, 404}, path
        else:
            status, answer = reading.ask(method, path, {})
            assert (status, answer["message"]) == (403, "This token may only read"), path


def test_a_token_of_support_staff_for_one_service_opens_none_of_them():
    service = ServiceFactory()
    caller = support(service=service)

    for method, path in internal_paths(service.id):
        status, _ = caller.ask(method, path, {} if method != "get" else None)
        assert status == 403, (method, path)
