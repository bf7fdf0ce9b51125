"""The floor of accepting: a bare Django view that does one INSERT and one RPUSH, nothing else."""

import os
import threading
import uuid
from typing import Any

import psycopg2
import redis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="floor",  # noqa: S106 - signs nothing
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    USE_TZ=True,
)
_mine = threading.local()


def _servers() -> Any:
    if not hasattr(_mine, "servers"):
        database = psycopg2.connect(os.environ["FLOOR_DSN"])
        database.autocommit = True
        _mine.servers = (database, redis.Redis.from_url(os.environ["REDIS_URL"]))
    return _mine.servers


def accept(request: HttpRequest) -> HttpResponse:
    """Store the body and queue its id."""
    database, queue = _servers()
    message_id = str(uuid.uuid4())
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_floor (id, body, created_at) VALUES (%s, %s, now())",
            (message_id, request.body.decode()),
        )
    queue.rpush("bench-floor", message_id)
    body = b'{"id": "%s"}' % message_id.encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return HttpResponse(body, status=201, headers=headers)


urlpatterns = [path("v2/notifications/email", accept)]
application = get_wsgi_application()
