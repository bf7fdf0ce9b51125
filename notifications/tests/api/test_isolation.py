"""No key opens anything of another service, and learns nothing of whether it exists."""

import json
import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

# What a path names when it has no id: found by walking the routes, so a new route is walked too.
_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)+")


def routes(patterns=None, before=""):
    """Return every route of the public API with the methods that it takes."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern).lstrip("^").rstrip("$\\Z")
        if isinstance(pattern, URLPattern):
            methods = getattr(pattern.callback, "actions", {})
            found += [(method, path) for method in methods]
        else:
            found += routes(pattern.url_patterns, path)
    return [(method, path) for method, path in found if path.startswith("v2/")]


WITH_AN_ID = sorted(
    (method, path)
    for method, path in routes()
    if "(?P<pk>" in path and not (method == "post" and "notifications/" in path)
)


def call(world, method, path, row_id, key):
    filled = _GROUP.sub(lambda group: row_id if group[1] == "pk" else "1", path)
    response = Client().generic(method.upper(), f"/{filled}", b"{}", headers=world.headers(key))
    return response.status_code, response.content


def test_the_walk_finds_the_routes():
    paths = {path for _, path in WITH_AN_ID}

    assert any("notifications/" in path and "pdf" in path for path in paths)
    assert any("template/" in path and "preview" in path for path in paths)
    assert any("version" in path for path in paths)


@pytest.mark.parametrize(("method", "path"), WITH_AN_ID)
def test_another_services_id_reads_like_one_that_does_not_exist(world, method, path):
    unknown = call(world, method, path, str(uuid.uuid4()), "K_OTHER")

    for name in (
        "N_SMS",
        "N_EMAIL",
        "N_LETTER_DELIVERED",
        "N_TEST",
        "TR_SMS",
        "T_EMAIL",
        "T_LETTER",
    ):
        assert call(world, method, path, world.ids[name], "K_OTHER") == unknown
    assert unknown[0] == 404


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("sms", {"template_id": "{}", "was": "TR_SMS"}),
        ("sms", {"template_id": "T_OTHER", "sms_sender_id": "{}", "was": "SENDER"}),
        ("email", {"template_id": "{}", "was": "T_EMAIL0"}),
        ("letter", {"template_id": "{}", "was": "T_LETTER"}),
    ],
    ids=["text", "sender", "email", "letter"],
)
def test_another_services_ids_in_a_body_read_like_ones_that_do_not_exist(world, kind, changes):
    was = changes.pop("was")

    def answer(row_id):
        filled = {name: row_id if text == "{}" else text for name, text in changes.items()}
        response = world.send(kind, "K_OTHER", **filled)
        return response.status_code, response.content.decode().replace(row_id, "{}")

    assert answer(world.ids[was]) == answer(str(uuid.uuid4()))
    assert answer(world.ids[was])[0] == 400


@pytest.mark.parametrize("path", ["notifications", "received-text-messages"])
def test_another_services_id_pages_like_one_that_does_not_exist(world, path):
    def answer(row_id):
        response = world.get(f"/v2/{path}?older_than={row_id}", "K_OTHER")
        body = json.loads(response.content)
        body.pop("links")
        return response.status_code, body

    assert answer(world.ids["N_EMAIL"]) == answer(str(uuid.uuid4()))


def test_lists_hold_nothing_of_other_services(world):
    for path in ("notifications?include_jobs=true", "templates", "received-text-messages"):
        text = world.get(f"/v2/{path}", "K_OTHER").content.decode()
        mine = {"T_OTHER"}
        assert not [
            name for name, row_id in world.ids.items() if row_id in text and name not in mine
        ]
