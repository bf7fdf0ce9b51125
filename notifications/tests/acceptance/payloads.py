"""Payloads for the tests of what is done with them."""

import uuid
from datetime import UTC, datetime

from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from notifications.acceptance.deferred import queue_or_store
from notifications.acceptance.payload import Payload
from services.tests.factories import ApiKeyFactory
from templates_app.tests.factories import TemplateFactory


def any_payload(**changes):
    """Return a payload that belongs to no row."""
    return Payload(
        **{
            "id": uuid.uuid4(),
            "service_id": uuid.uuid4(),
            "template_id": uuid.uuid4(),
            "template_version": 3,
            "notification_type": "sms",
            "to": "07900 900123",
            "personalisation": {"name": "Rumpelstiltskin", "list": ["a", "b"], "n": 1},
            "api_key_id": uuid.uuid4(),
            "key_type": "team",
            "is_real": True,
            "process_type": "priority",
            "client_reference": "mine",
            "reply_to_text": "NOTIFY",
            "unsubscribe_link": "https://x.example/u",
            "document_download_count": None,
            "status": "created",
            "created_at": datetime(2026, 3, 29, 0, 30, 0, 123456, tzinfo=UTC),
            "job_id": None,
            "job_row_number": None,
            **changes,
        }
    )


def storable_payload(**changes):
    """Return a payload whose service, key and template exist."""
    template = TemplateFactory()
    key = ApiKeyFactory(service=template.service)
    return any_payload(
        **{
            "service_id": template.service_id,
            "template_id": template.id,
            "template_version": 1,
            "api_key_id": key.id,
            "key_type": key.key_type,
            "process_type": "normal",
            "unsubscribe_link": None,
            **changes,
        }
    )


def queued(payload):
    notification, is_stored = queue_or_store(payload)
    assert (notification.id, is_stored) == (payload.id, False)
    return payload


def failed(redis, queue="database"):
    return FailedJobRegistry(queue, redis, serializer=JSONSerializer).get_job_ids()
