"""Callers of the management API."""

import json

from django.test import Client

from services import members, personal_tokens
from services.tests.factories import UserFactory


class Caller:
    """A person with a token, or a program of the installation."""

    def __init__(self, token):
        self.token = token
        self.client = Client(raise_request_exception=False)

    def ask(self, method, path, body=None):
        """Return the status and the JSON of the answer, None of an empty one; or a file."""
        response = self.client.generic(
            method.upper(),
            path,
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.token}",
        )
        if response.headers.get("Content-Type", "").startswith("image/"):
            return response.status_code, response.content
        return response.status_code, json.loads(response.content) if response.content else None

    def get(self, path):
        return self.ask("get", path)

    def post(self, path, body=None):
        return self.ask("post", path, body or {})

    def patch(self, path, body):
        return self.ask("patch", path, body)

    def put(self, path, body):
        return self.ask("put", path, body)

    def delete(self, path):
        return self.ask("delete", path)


def person(user=None, **options):
    """Return a person who calls with a token of their own."""
    user = user or UserFactory()
    options.setdefault("scope", "write")
    issued = personal_tokens.issue(user, "test", actor=None, **options)
    caller = Caller(issued.shown_once)
    caller.user, caller.issued = user, issued.token
    return caller


def member(service, /, *permissions, **options):
    """Return a member of a service's team who may do just this."""
    caller = person(**options)
    members.add_member(service, caller.user, actor=None, permissions=permissions)
    return caller


def support(**options):
    """Return a member of the support staff."""
    return person(UserFactory(support=True), **options)
