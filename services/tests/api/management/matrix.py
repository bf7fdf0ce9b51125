"""Every role asks for every operation: who may, and that the audit tells of it."""

import time

import jwt
from django.urls import get_resolver

from notify_project.models import AuditEvent
from services import members
from services.api.management.viewsets import MEMBER, PLATFORM, ManagementViewSet
from services.models import MemberPermission
from services.tests.api.management.client import Caller, member, support
from services.tests.factories import ServiceFactory

WORDS = tuple(MemberPermission.Name.values)
DONE = {200, 201, 204}
ELSEWHERE = "a token of another service"


def below(world, rest):
    return f"/service/{world.service.id}/{rest}"


def patterns_of(entries):
    """Yield all routes, however deep."""
    for entry in entries:
        if hasattr(entry, "url_patterns"):
            yield from patterns_of(entry.url_patterns)
        else:
            yield entry


def all_operations():
    """Return the names of the operations there are."""
    found = set()
    for pattern in patterns_of(get_resolver().url_patterns):
        kind = getattr(pattern.callback, "cls", None)
        if kind is not None and issubclass(kind, ManagementViewSet):
            name = getattr(pattern.callback, "initkwargs", {}).get("basename") or pattern.name
            found |= {f"{name}-{action}" for action in pattern.callback.actions.values()}
    return found


class EachOperation:
    """The roles, for a test class that is parametrised by the name of an operation.

    Attributes:
        operations: name -> (method, path, body, what is needed): a permission, or some, or MEMBER
            for anyone in the team, or PLATFORM. Path and body may be made of the world.
        looks: the names of those that read what is personal, and are audited for it.
        reads: the names of those that change nothing, whatever their method.
        of_people: the names of those that a program of the installation is refused.
        make_world: makes the service and what is asked for.
    """

    operations = {}
    looks = frozenset()
    reads = frozenset()
    of_people = frozenset()
    make_world = None

    def _needed(self, name):
        need = self.operations[name][3]
        return {need} if isinstance(need, str) else set(need)

    def _permissions(self, name):
        return self._needed(name) - {MEMBER, PLATFORM}

    def _is_read(self, name):
        return self.operations[name][0] == "get" or name in self.reads

    def _ask(self, caller, world, name):
        method, path, body, _ = self.operations[name]
        return caller.ask(method, path(world), body(world) if callable(body) else body)

    def _refused(self, world, caller, name):
        """Ask, and return the status; nothing may have changed."""
        before = AuditEvent.objects.count()
        status, answer = self._ask(caller, world, name)
        assert answer["result"] == "error"
        assert AuditEvent.objects.count() == before
        return status

    def test_support_staff_may_and_writes_are_audited(self, name):
        world = self.make_world()
        caller = support()
        before = AuditEvent.objects.count()

        status, answer = self._ask(caller, world, name)

        assert status in DONE, answer
        written = AuditEvent.objects.order_by("created_at")[before:]
        if self._is_read(name) and name not in self.looks:
            assert not written
        else:
            assert {event.actor_id for event in written} == {caller.user.id}
            assert all(event.request_id for event in written)
            assert written

    def test_a_program_of_the_installation_may(self, name, settings):
        settings.INTERNAL_API_SECRET = "a secret of at least thirty-two bytes"
        claims = {"iss": "notify-admin", "iat": int(time.time())}
        caller = Caller(jwt.encode(claims, settings.INTERNAL_API_SECRET, "HS256"))

        if name in self.of_people:
            assert self._refused(self.make_world(), caller, name) == 403
        else:
            status, answer = self._ask(caller, self.make_world(), name)
            assert status in DONE, answer

    def test_a_member_with_just_the_permission_may(self, name):
        world = self.make_world()
        caller = member(world.service, *self._permissions(name))

        if self._needed(name) == {PLATFORM}:
            assert self._refused(world, caller, name) == 403
        else:
            assert self._ask(caller, world, name)[0] in DONE

    def test_nobody_else_may_and_nothing_changes(self, name):
        world = self.make_world()
        hidden = {403, 404} if self._needed(name) == {PLATFORM} else {404}

        assert self._refused(world, member(ServiceFactory(), *WORDS), name) in hidden
        for who, caller in self._refused_callers(world, name).items():
            unseen = {404} if who == ELSEWHERE else set()
            assert self._refused(world, caller, name) in {401, 403} | unseen, who
        reading = support(scope="read")
        if self._is_read(name):
            assert self._ask(reading, world, name)[0] == 200
        else:
            assert self._refused(world, reading, name) == 403

    def _refused_callers(self, world, name):
        elsewhere = ServiceFactory()
        callers = {
            ELSEWHERE: member(world.service, *WORDS, service=elsewhere),
            "nobody": Caller(""),
        }
        user = callers[ELSEWHERE].user
        members.add_member(elsewhere, user, actor=None, permissions=WORDS)
        for missing in self._permissions(name):
            others = [word for word in WORDS if word != missing]
            callers[f"a member without {missing}"] = member(world.service, *others)
        if self._needed(name) == {PLATFORM}:
            callers["a member with all permissions"] = member(world.service, *WORDS)
        return callers
