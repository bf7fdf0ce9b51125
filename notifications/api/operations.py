"""The operations on notifications, as the API's description lists them."""

from typing import Final

from notifications.api import described, described_checks, examples, schemas
from notify_project.api.operations import Answer, Field, Named, Operation, publish

_SENDING: Final = "Sending"
_READING: Final = "Reading"
FIELDS: Final = {
    "reference": Field("Your own name for the message, or for many; shown again.", "order-7"),
    "phone_number": Field(
        "Recipient. Spaces, brackets, hyphens and a leading `+` are fine; without a country "
        "code it is taken for a UK number.",
        "07900 900 123",
    ),
    "email_address": Field("Recipient.", "amala@example.org"),
    "template_id": Field("What to send.", examples.SMS_TEMPLATE),
    "personalisation": Field(
        "A value for each placeholder: text, number, true or false, or a list. In an email a "
        "value may be a file: an object with `file`, its content in base64, and `filename`. "
        "Names that the template does not use are ignored.",
        {"name": "Amala"},
    ),
    "scheduled_for": Field("Checked, at most 24 hours ahead, and ignored: it is sent at once."),
    "sms_sender_id": Field("One of the service's senders, instead of the default."),
    "email_reply_to_id": Field("One of the service's reply-to addresses, instead of the default."),
    "one_click_unsubscribe_url": Field(
        "Where the recipient's mail program unsubscribes with one POST.",
        "https://example.org/unsubscribe?token=7",
    ),
    "sanitise_content_for": Field(
        "Names of values that strangers wrote: links in them are taken apart, Markdown is escaped.",
        ["name"],
    ),
    "content": Field("The PDF in base64.", "JVBERi0xLjQK"),
    "postage": Field("How it travels; `second` unless said.", "second"),
    "status": Field("Only these statuses. `failed` stands for all failures.", ["delivered"]),
    "template_type": Field("Only these types.", ["sms"]),
    "include_jobs": Field("Also messages from spreadsheets.", "true"),
    "older_than": Field("Only what is older than this one: the last of the page before."),
}
_LETTER_FIELDS: Final = {
    **FIELDS,
    "template_id": Field("What to send.", examples.LETTER_TEMPLATE),
    "personalisation": Field(
        "A value for each placeholder, and the address as `address_line_1` to `address_line_7`; "
        "the last line is the postcode or the country.",
        examples.LETTER["personalisation"],
    ),
}
SMS_REQUEST: Final = Named("SmsRequest", publish(schemas.SMS.definition, FIELDS))
EMAIL_REQUEST: Final = Named(
    "EmailRequest",
    publish(
        schemas.EMAIL.definition,
        {**FIELDS, "template_id": Field("What to send.", examples.EMAIL_TEMPLATE)},
    ),
)
LETTER_REQUEST: Final = Named("LetterRequest", publish(schemas.LETTER.definition, _LETTER_FIELDS))
PDF_LETTER_REQUEST: Final = Named(
    "PdfLetterRequest", publish(schemas.PRECOMPILED_LETTER.definition, _LETTER_FIELDS)
)
_REFUSED: Final = {
    400: ("ValidationError", "BadRequestError"),
    429: ("RateLimitError", "TooManyRequestsError"),
}
_NOTIFICATION_ID: Final = {
    "type": "string",
    "format": "uuid",
    "description": "The notification.",
    "examples": [examples.NOTIFICATION_ID],
}
_LETTER_ID: Final = {**_NOTIFICATION_ID, "examples": [examples.LETTER_ID]}

SEND_SMS = Operation(
    method="post",
    path="/v2/notifications/sms",
    name="sendSms",
    group=_SENDING,
    summary="Send a text",
    text="Longer texts are charged as several fragments; 918 characters are the most.",
    body=(SMS_REQUEST,),
    example=examples.SMS,
    answers={201: Answer("It will be sent.", described.SMS_CREATED, example=examples.SMS_CREATED)},
    errors={**_REFUSED, 400: (*_REFUSED[400], "InvalidPhoneError")},
    client_call=(
        "client.send_sms_notification(\n"
        f'    "07900 900 123", "{examples.SMS_TEMPLATE}",\n'
        '    personalisation={"name": "Amala"}, reference="appointment-7",\n)'
    ),
    is_idempotent=True,
)
SEND_EMAIL = Operation(
    method="post",
    path="/v2/notifications/email",
    name="sendEmail",
    group=_SENDING,
    summary="Send an email",
    body=(EMAIL_REQUEST,),
    example=examples.EMAIL,
    answers={
        201: Answer("It will be sent.", described.EMAIL_CREATED, example=examples.EMAIL_CREATED)
    },
    errors=_REFUSED,
    client_call=(
        "client.send_email_notification(\n"
        f'    "amala@example.org", "{examples.EMAIL_TEMPLATE}",\n'
        '    personalisation={"name": "Amala"},\n)'
    ),
    is_idempotent=True,
)
SEND_LETTER = Operation(
    method="post",
    path="/v2/notifications/letter",
    name="sendLetter",
    group=_SENDING,
    summary="Send a letter",
    text="From a template or, when the body has a `content`, from a PDF that is ready to print.",
    body=(LETTER_REQUEST, PDF_LETTER_REQUEST),
    example=examples.LETTER,
    answers={
        201: Answer("It will be sent.", described.LETTER_CREATED, example=examples.LETTER_CREATED)
    },
    errors={**_REFUSED, 403: ("BadRequestError",)},
    client_call=(
        f'client.send_letter_notification(\n    "{examples.LETTER_TEMPLATE}",\n'
        '    personalisation={\n        "address_line_1": "Amala Bird",\n'
        '        "address_line_2": "123 High Street",\n'
        '        "address_line_3": "SW14 6BF",\n        "name": "Amala",\n    },\n)'
    ),
    is_idempotent=True,
)
VALIDATE = Operation(
    method="post",
    path="/v2/notifications/{type}/validate",
    name="validateNotification",
    group=_SENDING,
    summary="Check a message without sending it",
    text="Everything is checked that sending it would check; nothing is stored or counted.",
    parameters={
        "type": {
            "type": "string",
            "enum": schemas.TYPE_WORDS,
            "description": "What would be sent.",
            "examples": ["sms"],
        }
    },
    body=(SMS_REQUEST, EMAIL_REQUEST, LETTER_REQUEST, PDF_LETTER_REQUEST),
    example=examples.SMS,
    answers={
        200: Answer(
            "Whether it would be accepted.",
            described_checks.VALIDATION,
            example=examples.VALIDATION,
        )
    },
    errors={400: _REFUSED[400], 404: ("NotFound",)},
    client_call=(
        'client.post(\n    "/v2/notifications/sms/validate",\n    data={\n'
        '        "phone_number": "07900 900 123",\n'
        f'        "template_id": "{examples.SMS_TEMPLATE}",\n'
        '        "personalisation": {"name": "Amala"},\n    },\n)'
    ),
)
LIST = Operation(
    method="get",
    path="/v2/notifications",
    name="listNotifications",
    group=_READING,
    summary="List notifications",
    text=(
        "Those sent with this kind of key, newest first, 250 a page. Follow `links.next` until "
        "a page is empty."
    ),
    query=publish(
        schemas.LISTING.definition, {**FIELDS, "reference": Field("Only this one.", "order-7")}
    ),
    query_example="template_type=sms",
    answers={200: Answer("A page.", described.NOTIFICATIONS, example=examples.NOTIFICATIONS)},
    errors={400: ("ValidationError",)},
    client_call='client.get_all_notifications(template_type="sms")',
)
RETRIEVE = Operation(
    method="get",
    path="/v2/notifications/{notification_id}",
    name="getNotification",
    group=_READING,
    summary="Get a notification",
    text="Any of the service's, whichever key sent it, until it is deleted: after 7 days.",
    parameters={"notification_id": _NOTIFICATION_ID},
    answers={
        200: Answer("The notification.", described.NOTIFICATION, example=examples.NOTIFICATION)
    },
    errors={404: ("NoResultFound", "NotFound")},
    client_call=f'client.get_notification_by_id("{examples.NOTIFICATION_ID}")',
)
RETRIEVE_PDF = Operation(
    method="get",
    path="/v2/notifications/{notification_id}/pdf",
    name="getLetterPdf",
    group=_READING,
    summary="Get the PDF of a letter",
    text="It is made a moment after the letter is accepted: repeat on `PDFNotReadyError`.",
    parameters={"notification_id": _LETTER_ID},
    answers={200: Answer("The file.", media_type="application/pdf")},
    errors={400: ("BadRequestError", "PDFNotReadyError"), 404: ("NoResultFound", "NotFound")},
    client_call=f'client.get_pdf_for_letter("{examples.LETTER_ID}")',
)
RECEIVED_TEXTS = Operation(
    method="get",
    path="/v2/received-text-messages",
    name="listReceivedTexts",
    group=_READING,
    summary="List received texts",
    text="What people sent to the service's numbers in the last 7 days, newest first, 250 a page.",
    query=publish(schemas.RECEIVED_TEXTS.definition, FIELDS),
    answers={200: Answer("A page.", described.RECEIVED_TEXTS, example=examples.RECEIVED_TEXTS)},
    errors={400: ("ValidationError",)},
    client_call="client.get_received_texts()",
)
OPERATIONS: Final = (
    SEND_SMS,
    SEND_EMAIL,
    SEND_LETTER,
    VALIDATE,
    LIST,
    RETRIEVE,
    RETRIEVE_PDF,
    RECEIVED_TEXTS,
)
