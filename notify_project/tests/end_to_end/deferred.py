"""What waits on the queues to be stored, and callers whose messages are queued first."""

import http.client
import json
import time

import jwt
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from notify_project.tests.end_to_end.platform import REMEMBERED_SECONDS, eventually


def switch(platform, mode):
    """Switch, and wait until every web process has followed."""
    platform.manage("set_accept_mode", mode)
    time.sleep(REMEMBERED_SECONDS)


def send(platform, name="text", kind="live", *, secret=None, recipient=None, port=None, **more):
    """Send a message with a template; return the status code and the answer."""
    path = {"email": "email", "letter": "letter"}.get(name, "sms")
    to = {
        "email": {"email_address": recipient or "jo@example.org"},
        "letter": {},
        "sms": {"phone_number": recipient or "07900900123"},
    }[path]
    address = {"address_line_1": "Jo", "address_line_2": "1 Road", "address_line_3": "SW1A 1AA"}
    body = {
        "template_id": platform.template(name),
        "personalisation": {"name": "Ada", **(address if path == "letter" else {})},
        **to,
        **more,
    }
    secret = secret or platform.secrets[kind]
    return ask(platform, "POST", path, platform.service["id"], secret, body=body, port=port)


def shown(platform, notification_id, kind="live", service="End to end"):
    """Return the status code and the answer of a look at one message."""
    ours = platform.services[service]["id"]
    return ask(platform, "GET", notification_id, ours, platform.secrets[kind])


def ask(platform, method, path, service_id, secret, *, body=None, port=None):
    """Ask the public API; return the status code and the answer."""
    token = jwt.encode({"iss": service_id, "iat": int(time.time())}, secret, "HS256")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port or platform.web_port, timeout=30)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, f"/v2/notifications/{path}", text, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def task(platform, task_id):
    """Return the task that stores a message."""
    return Job.fetch(task_id, connection=platform.redis, serializer=JSONSerializer)


def tasks_of(platform, notification_id):
    """Return the queues of all tasks that would store a message."""
    redis = platform.redis
    # Both at once: a task may end, and be gone, between two questions.
    found = [redis.hmget(key, "description", "origin") for key in redis.scan_iter("rq:job:*")]
    wanted = f"persist_deferred {notification_id}".encode()
    return [origin.decode() for description, origin in found if description == wanted]


def failed(platform, queue="database"):
    """Return the ids of the tasks that failed for good."""
    registry = FailedJobRegistry(queue, platform.redis, serializer=JSONSerializer)
    return registry.get_job_ids(cleanup=False)


def rows(platform, notification_id):
    """Return status and time of creation of what is stored of a message."""
    return platform.sql(
        "SELECT notification_status, created_at FROM notifications WHERE id = %s", notification_id
    )


def await_delivery(platform, notification_id):
    """Wait until a message is stored and delivered."""
    eventually(
        lambda: [row[0] for row in rows(platform, notification_id)] == ["delivered"],
        seconds=60,  # a worker that Redis throws out in the middle delays a lane for 30
        what="delivery",
    )


def texts(platform, notification_id):
    """Return how often a provider was handed a message."""
    return sum(text["cid"] == notification_id for text in platform.received()["texts"])


def make_read_only(platform, *, yes):
    """Let the database be read only, or written again, for connections that are opened now."""
    platform.sql(
        "SET TRANSACTION READ WRITE; ALTER DATABASE notify SET "
        f"default_transaction_read_only = {'on' if yes else 'off'}"
    )
    platform.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = 'notify' AND pid <> pg_backend_pid()"
    )
