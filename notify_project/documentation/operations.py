"""Every operation of the API: those of the apps, and those that belong to none."""

from dataclasses import replace
from typing import Final

from notifications.api.operations import OPERATIONS as NOTIFICATIONS
from notify_project.api.operations import TEXT, Answer, Field, Named, Operation, publish
from notify_project.api.schema import object_of
from templates_app.api.operations import OPERATIONS as TEMPLATES

_GROUP: Final = "The platform"
_OK: Final = {"const": "ok", "description": "The process answers."}
_STATUS: Final = Named(
    "PlatformStatus",
    {
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": _OK,
            "git_commit": TEXT | {"description": "Which commit runs."},
            "build_time": TEXT | {"description": "When it was built."},
            "db_version": TEXT | {"description": "The newest migration."},
        },
    },
)
_AWAY: Final = Named(
    "PlatformFailure",
    {
        "type": "object",
        "required": ["status", "message"],
        "properties": {"status": {"const": "error"}, "message": TEXT},
    },
)
STATUS = Operation(
    method="get",
    path="/_status",
    name="getStatus",
    group=_GROUP,
    summary="Is the platform there?",
    query=publish(
        {**object_of({"simple": TEXT}), "additionalProperties": True},
        {"simple": Field("Anything: the database is not asked.", "1")},
    ),
    answers={
        200: Answer("It is.", _STATUS, example={"status": "ok"}),
        500: Answer(
            "The database cannot be reached.",
            _AWAY,
            example={"status": "error", "message": "cannot connect to the database"},
        ),
    },
    is_authenticated=False,
)
STATUS_BY_POST = replace(
    STATUS, method="post", name="postStatus", summary="Is the platform there? (POST)"
)
DESCRIPTION = Operation(
    method="get",
    path="/v2/openapi.json",
    name="getDescription",
    group=_GROUP,
    summary="Get this description as OpenAPI 3.1",
    text="Has an `ETag`; repeat it in `If-None-Match` to learn cheaply that nothing changed.",
    answers={
        200: Answer("The description.", Named("Description", {"type": "object"})),
        304: Answer("It has not changed.", media_type=""),
    },
    is_authenticated=False,
)
PAGE = Operation(
    method="get",
    path="/v2/docs",
    name="getDocumentation",
    group=_GROUP,
    summary="Read this description as a page",
    answers={
        200: Answer("The page.", media_type="text/html"),
        304: Answer("It has not changed.", media_type=""),
    },
    is_authenticated=False,
)
OPERATIONS: Final = (*NOTIFICATIONS, *TEMPLATES, STATUS, STATUS_BY_POST, DESCRIPTION, PAGE)
