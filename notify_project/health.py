"""The health check: ``GET`` or ``POST /_status``, and ``GET /``."""

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import MethodNotAllowed

from notify_project.api.responses import Answer, answer_for, plain_response

METHODS = ("GET", "HEAD", "POST")


def status(request: HttpRequest) -> HttpResponse:
    """Say that the process answers and, unless asked to be brief, that the database does."""
    if request.method not in METHODS:
        return plain_response(
            answer_for(MethodNotAllowed(str(request.method)), request.path, METHODS)
        )
    if request.GET.get("simple"):
        return plain_response(Answer(200, {"status": "ok"}))
    try:
        version = _newest_migration()
    except Error:
        connection.close_if_unusable_or_obsolete()
        body = {"status": "error", "message": "cannot connect to the database"}
        return plain_response(Answer(500, body))
    body = {
        "status": "ok",
        "git_commit": settings.GIT_COMMIT,
        "build_time": settings.BUILD_TIME,
        "db_version": version,
    }
    return plain_response(Answer(200, body))


def _newest_migration() -> str:
    applied = MigrationRecorder.Migration.objects.order_by("-id").values_list("app", "name")
    newest = applied.first()
    return "none" if newest is None else ".".join(newest)
