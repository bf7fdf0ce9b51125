"""What a printer calls with."""

import json

from django.test import Client

from notifications.receipts.callback_tokens import token_for

POSTED = {"totalSheets": "2", "postageClass": "2ND", "mailingProduct": "MM UNSORTED"}


def event(letter_id, status="DESPATCHED", properties=POSTED, **data):
    """Return a body; one without despatch properties for None."""
    found = {
        "jobId": str(letter_id),
        "jobType": "NOTIFY",
        "jobStatus": status,
        "transitionDate": "2026-07-01T23:30:00Z",
        **data,
    }
    if properties is not None:
        pairs = [{"key": key, "value": value} for key, value in properties.items()]
        found["despatchProperties"] = pairs
    return {
        "id": "1234",
        "time": "2026-07-01T23:31:00Z",
        "data": found,
        "metadata": {"correlationId": "b5d9b2bd-6e8f-4275-bdd3-c8086fe09c52"},
    }


def call(body, letter_id=None, token=None):
    """Post as a printer does."""
    token = token_for(letter_id) if token is None else token
    content = body if isinstance(body, bytes) else json.dumps(body)
    return Client(raise_request_exception=False).post(
        f"/notifications/letter/status?token={token}", content, content_type="application/json"
    )
