"""Examples of requests and answers about notifications, for the API's description."""

from typing import Any, Final

SMS_TEMPLATE: Final = "7c3b9a52-2f0e-4a7d-8b55-6d1f0e9c8a21"
EMAIL_TEMPLATE: Final = "0f2a7c1e-5b64-4d0e-9c1f-1a2b3c4d5e6f"
LETTER_TEMPLATE: Final = "b1d5f3a8-9c47-4e62-a0d4-3e5f7a9b1c2d"
NOTIFICATION_ID: Final = "5e1c8f60-3d2b-4f9a-b7e6-0a1b2c3d4e5f"
LETTER_ID: Final = "c4d2e6f8-1a3b-4c5d-9e7f-8b6a4c2d0e1f"
_HOST: Final = "https://notify.example"
_RECEIVED_ID: Final = "e8f6d4c2-0b1a-4f3e-9d7c-5b3a1f9e7d5c"
_SERVICE: Final = "d9e7c5b3-a1f0-4e2d-8c6b-4a2f0e8d6c4b"

SMS: Final = {
    "phone_number": "07900 900 123",
    "template_id": SMS_TEMPLATE,
    "personalisation": {"name": "Amala"},
    "reference": "appointment-7",
}
EMAIL: Final = {
    "email_address": "amala@example.org",
    "template_id": EMAIL_TEMPLATE,
    "personalisation": {"name": "Amala"},
}
LETTER: Final = {
    "template_id": LETTER_TEMPLATE,
    "personalisation": {
        "address_line_1": "Amala Bird",
        "address_line_2": "123 High Street",
        "address_line_3": "SW14 6BF",
        "name": "Amala",
    },
}


def _created(template_id: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": NOTIFICATION_ID,
        "reference": None,
        "content": content,
        "uri": f"{_HOST}/v2/notifications/{NOTIFICATION_ID}",
        "template": {
            "id": template_id,
            "version": 1,
            "uri": f"{_HOST}/services/{_SERVICE}/templates/{template_id}",
        },
        "scheduled_for": None,
        **more,
    }


SMS_CREATED: Final = _created(
    SMS_TEMPLATE, {"body": "Hello Amala", "from_number": "NOTIFY"}, reference="appointment-7"
)
EMAIL_CREATED: Final = _created(
    EMAIL_TEMPLATE,
    {
        "subject": "Your appointment",
        "body": "Dear Amala, please come on Monday.",
        "from_email": "clinic@notify.example",
        "one_click_unsubscribe_url": None,
    },
    sanitised_content={},
)
LETTER_CREATED: Final = _created(
    LETTER_TEMPLATE, {"subject": "Your appointment", "body": "Dear Amala, please come on Monday."}
)
NOTIFICATION: Final = {
    "id": NOTIFICATION_ID,
    "reference": "appointment-7",
    "email_address": None,
    "phone_number": "07900 900 123",
    **dict.fromkeys([f"line_{number}" for number in range(1, 7)]),
    "postcode": None,
    "postage": None,
    "type": "sms",
    "status": "delivered",
    "template": {
        "id": SMS_TEMPLATE,
        "version": 1,
        "uri": f"{_HOST}/v2/template/{SMS_TEMPLATE}/version/1",
    },
    "body": "Hello Amala",
    "subject": None,
    "created_at": "2026-03-02T09:30:00.123456Z",
    "created_by_name": None,
    "sent_at": "2026-03-02T09:30:00.456789Z",
    "completed_at": "2026-03-02T09:30:04.789012Z",
    "scheduled_for": None,
    "one_click_unsubscribe_url": None,
    "is_cost_data_ready": True,
    "cost_in_pounds": 0.0227,
    "cost_details": {
        "billable_sms_fragments": 1,
        "international_rate_multiplier": 1,
        "sms_rate": 0.0227,
    },
}
NOTIFICATIONS: Final = {
    "notifications": [NOTIFICATION],
    "links": {
        "current": f"{_HOST}/v2/notifications?template_type=sms",
        "next": f"{_HOST}/v2/notifications?older_than={NOTIFICATION_ID}&template_type=sms",
    },
}
RECEIVED_TEXTS: Final = {
    "received_text_messages": [
        {
            "id": _RECEIVED_ID,
            "user_number": "447900900123",
            "notify_number": "07900900456",
            "service_id": _SERVICE,
            "content": "Yes, I will come",
            "created_at": "2026-03-02T10:12:00.000000Z",
        }
    ],
    "links": {
        "current": f"{_HOST}/v2/received-text-messages",
        "next": f"{_HOST}/v2/received-text-messages?older_than={_RECEIVED_ID}",
    },
}
VALIDATION: Final = {
    "valid": True,
    "errors": [],
    "notification_type": "sms",
    "template": {"id": SMS_TEMPLATE, "version": 1, "name": "Appointment"},
    "content": {"body": "Hello Amala", "from_number": "NOTIFY"},
    "simulated": False,
    "postage": None,
    "characters": 11,
    "fragments": 1,
    "pages": None,
    "cost_in_pounds": 0.0227,
    "queue": "normal",
}
