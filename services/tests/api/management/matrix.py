"""What holds for every operation of the management API: who may, and that the audit tells of it.

A subclass is parametrised by the names of its operations.
"""

import time

import jwt
from django.urls import get_resolver

from notify_project.models import AuditEvent
from services import members, personal_tokens
from services.api.management.viewsets import MEMBER, PLATFORM, ManagementViewSet
from services.models import MemberPermission
from services.tests.api.management.client import Caller, member, support
from services.tests.factories import ServiceFactory

WORDS = tuple(MemberPermission.Name.values)
ELSEWHERE = "a token of another service"


def below(world, rest):
    return f"/service/{world.service.id}/{rest}"


def operations_below(package):
    """Return the names of all operations of an app's resources."""
    for pattern in patterns(get_resolver().url_patterns):
        kind = getattr(pattern.callback, "cls", object)
        if issubclass(kind, ManagementViewSet) and kind.__module__.startswith(package):
            options = getattr(pattern.callback, "initkwargs", {})
            for action in pattern.callback.actions.values():
                yield f"{options.get('basename') or pattern.name}-{action}"


def patterns(entries):
    """Return all routes, however deep."""
    for entry in entries:
        if hasattr(entry, "url_patterns"):
            yield from patterns(entry.url_patterns)
        else:
            yield entry


class Matrix:
    """Every role, own and other service.

    Attributes:
        operations: name -> (method, path of a world, body or what makes one of a world, what is
            needed); ``MEMBER`` is anyone in the team.
        world: makes a service with one of everything.
        reads: operations that change nothing, whatever their method.
        of_people: operations that a program of the installation is refused.
    """

    reads = frozenset()
    of_people = frozenset()

    def test_support_staff_may_and_writes_are_audited(self, name):
        world = self.world()
        caller = support()
        before = AuditEvent.objects.count()

        status, answer = self._ask(caller, world, name)

        assert status in {200, 201, 204}, answer
        written = AuditEvent.objects.order_by("created_at")[before:]
        if self._is_read(name):
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
            assert self._refused(self.world(), caller, name) == 403
        else:
            status, answer = self._ask(caller, self.world(), name)
            assert status in {200, 201, 204}, answer

    def test_a_member_with_just_the_permission_may(self, name):
        world = self.world()
        need = self.operations[name][3]
        caller = member(world.service, *([] if need in {MEMBER, PLATFORM} else [need]))

        if need == PLATFORM:
            assert self._refused(world, caller, name) == 403
        else:
            assert self._ask(caller, world, name)[0] in {200, 201, 204}

    def test_nobody_else_may_and_nothing_changes(self, name):
        world = self.world()
        is_for_platform = self.operations[name][3] == PLATFORM

        assert self._refused(world, member(ServiceFactory(), *WORDS), name) == (
            # What is for support staff alone says so before it looks for the service.
            403 if is_for_platform else 404
        )
        for who, caller in self._refused_callers(world, name).items():
            unseen = {404} if who == ELSEWHERE else set()
            assert self._refused(world, caller, name) in {401, 403} | unseen, who
        reading = support(scope="read")
        if self._is_read(name):
            assert self._ask(reading, world, name)[0] == 200
        else:
            assert self._refused(world, reading, name) == 403

    def _refused_callers(self, world, name):
        need = self.operations[name][3]
        elsewhere = ServiceFactory()
        callers = {
            ELSEWHERE: member(world.service, *WORDS, service=elsewhere),
            "nobody": Caller(""),
            "a revoked token": member(world.service, *WORDS),
            "an expired token": member(world.service, *WORDS),
            "someone who left": member(world.service, *WORDS),
            "a mistyped token": Caller(member(world.service, *WORDS).token + "x"),
        }
        user = callers[ELSEWHERE].user
        members.add_member(elsewhere, user, actor=None, permissions=WORDS)
        personal_tokens.revoke(callers["a revoked token"].issued, actor=None)
        expired = callers["an expired token"].issued
        expired.expires_at = expired.created_at
        expired.save(update_fields=["expires_at"])
        left = callers["someone who left"].user
        left.state = "inactive"
        left.save(update_fields=["state"])
        if need != MEMBER:
            others = [word for word in WORDS if word != need]
            callers["a member with all other permissions"] = member(world.service, *others)
        return callers

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
