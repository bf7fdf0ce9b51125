"""What waits in Redis while a message is accepted, sent and confirmed."""

import json
import time
import zlib

import jwt
import pytest
from django.test import Client

from notifications.models import Notification
from notifications.tests.factories import ProviderDetailsFactory
from services.tests.factories import ApiKeyFactory, ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

NUMBER = "447700900987"
SECRETS = (NUMBER, "07700900987", "Rumpelstiltskin")
TWO_WEEKS = 14 * 24 * 3600


def queued(redis):
    """Return the fields of every task that waits or runs, in any queue."""
    return [redis.hgetall(key) for key in redis.scan_iter("rq:job:*")]


def everything(redis):
    """Return all that is in Redis as one text, unpacked where RQ packed it."""
    read = {
        b"string": lambda key: [redis.get(key)],
        b"hash": lambda key: [part for item in redis.hgetall(key).items() for part in item],
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": lambda key: [repr(redis.xrange(key)).encode()],
    }
    values = []
    for key in redis.scan_iter("*"):
        values += [key, *read[redis.type(key)](key)]
    return b"\n".join(unpacked(value) for value in values).decode(errors="replace")


def unpacked(value):
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


@pytest.fixture
def mmg(httpserver, settings):
    options = {"url": httpserver.url_for("/mmg"), "api_key": "secret"}
    settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "mmg": options}
    httpserver.expect_request("/mmg").respond_with_json({"Reference": "1"})
    ProviderDetailsFactory(identifier="mmg")
    return httpserver


def test_tasks_are_json_short_lived_and_hold_nothing_personal(run_tasks, redis, mmg):
    service = ServiceFactory(permissions=["sms"])
    key = ApiKeyFactory(service=service)
    template = TemplateFactory(service=service, content="Hello ((name))")
    claims = {"iss": str(service.id), "iat": int(time.time())}
    seen = []

    accepted = Client().post(
        "/v2/notifications/sms",
        json.dumps(
            {
                "phone_number": "07700900987",
                "template_id": str(template.id),
                "personalisation": {"name": "Rumpelstiltskin"},
            }
        ),
        content_type="application/json",
        headers={"Authorization": f"Bearer {jwt.encode(claims, key.secret, 'HS256')}"},
    )
    seen += queued(redis)
    in_redis = everything(redis)
    run_tasks("normal")
    in_redis += everything(redis)
    sent = mmg.log[0][0].json
    receipt = {"CID": accepted.json()["id"], "status": "3", "MSISDN": NUMBER}
    Client().post("/notifications/sms/mmg", receipt, content_type="application/json")
    seen += queued(redis)
    in_redis += everything(redis)
    run_tasks()

    assert (sent["MSISDN"], sent["cid"]) == (NUMBER, accepted.json()["id"])
    assert Notification.objects.get().status == "delivered"
    names = {json.loads(unpacked(task[b"data"]))[0].rpartition(".")[2] for task in seen}
    assert names >= {"deliver_lane", "apply_receipt"}
    for task in seen:
        assert not any(secret in task[b"description"].decode() for secret in SECRETS)
        assert (int(task[b"result_ttl"]), int(task[b"failure_ttl"])) == (0, TWO_WEEKS)
    assert f"apply_receipt mmg {sent['cid']}" in in_redis
    assert not any(secret in in_redis for secret in SECRETS)
    assert redis.keys("rq:job:*") == []
