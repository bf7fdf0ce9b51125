"""What the contract answers to a request with several faults, worked out without the platform.

Source: the API contract, order of checks.
"""

from dataclasses import dataclass, field

VALIDATION, REFUSED = "ValidationError", "BadRequestError"
WORDS = {"sms": "text messages", "email": "emails", "letter": "letters"}
KEY_WORDS = {"normal": "LIVE", "team": "TEAM", "test": "TEST"}
RECIPIENT = {"sms": "phone_number", "email": "email_address"}
SENDER = {"sms": "sms_sender_id", "email": "email_reply_to_id"}
OTHER_TYPE = {"sms": "email", "email": "letter", "letter": "sms"}
NOBODY_ELSES = {"member", "guest", "simulated"}
MALFORMED = {
    "sms": "phone_number Must not contain letters or symbols",
    "email": "email_address Not a valid email address",
}
TOO_LONG = {
    "sms": "Text messages cannot be longer than 918 characters. "
    "Your message is 919 characters long.",
    "email": "Emails cannot be longer than 2000000 bytes. Your message is 2000001 bytes.",
}
OVERLONG_QR_CODE = "x" * 505


@dataclass(frozen=True)
class Asked:
    """One request: what its path, its token and its service are, and what its body holds."""

    kind: str  # sms, email, letter, pdf or a word that is no type
    oversize: bool = False  # as announced
    token: str = "good"
    key_type: str = "normal"
    trial: bool = False
    may_send: bool = True
    may_send_abroad: bool = False  # and has sent all that it may today
    minute_used: bool = False
    idempotency_key: str = "none"
    day_used: bool = False
    body: str = "whole"
    faults: frozenset[str] = field(default_factory=frozenset)  # wrong properties
    template: str = "fine"
    values: str = "fine"
    sender: str = "none"
    recipient: str = "stranger"
    address: str = "fine"

    @property
    def channel(self) -> str:
        """Return the type of message."""
        return "letter" if self.kind == "pdf" else self.kind


@dataclass(frozen=True)
class Refusal:
    """An answer that is not 201."""

    status: int
    errors: tuple[tuple[str, str], ...]
    more: dict[str, object] = field(default_factory=dict)  # what each error says besides


def refusal(error: str, message: str, status: int = 400) -> Refusal:
    """Return a refusal with one error."""
    return Refusal(status, ((error, message),))


def expected(asked: Asked, names: dict[str, str]) -> Refusal | None:
    """Return the refusal that the contract promises; None for 201.

    Args:
        asked: the request.
        names: the ids and addresses that messages quote.
    """
    checks = (_size, _token, _minute, _type, _idempotency_key, _day, _json, _schema, _permission)
    for check in checks:
        answer = check(asked)
        if answer:
            return answer
    if asked.kind == "pdf":
        return _letters_refused(asked) or _content(asked)
    answer = _template(asked) or _values(asked)
    if answer:
        return answer
    if asked.kind == "letter":
        return _letters_refused(asked) or _address(asked)
    return (
        _sender(asked, names) or _recipient(asked, names) or _files(asked, names) or _length(asked)
    )


def _size(asked):
    if asked.oversize:
        return refusal("RequestEntityTooLarge", "Request body is too large", 413)
    return None


def _token(asked):
    if asked.token == "none":
        message = "Unauthorized: authentication token must be provided"
        return refusal("AuthError", message, 401)
    if asked.token == "forged":
        return refusal("AuthError", "Invalid token: API key not found", 403)
    return None


def _minute(asked):
    if not asked.minute_used:
        return None
    message = f"key type {KEY_WORDS[asked.key_type]} of 0 requests per 60 seconds"
    return refusal("RateLimitError", f"Exceeded rate limit for {message}", 429)


def _type(asked):
    if asked.channel in WORDS:
        return None
    return refusal(
        "NotFound",
        "The requested URL was not found on the server. If you entered the URL manually "
        "please check your spelling and try again.",
        404,
    )


def _idempotency_key(asked):
    if asked.idempotency_key == "malformed":
        return refusal(VALIDATION, "Idempotency-Key must be 1 to 255 visible ASCII characters")
    if asked.idempotency_key == "reused":
        message = "This Idempotency-Key was used for another request"
        return refusal("IdempotencyKeyReused", message, 422)
    return None


def _day(asked):
    # A test key of a trial service is measured against what live services may send.
    if not asked.day_used or (asked.trial and asked.key_type == "test"):
        return None
    message = f"Exceeded send limits ({asked.channel}: 0) for today"
    return refusal("TooManyRequestsError", message, 429)


def _json(asked):
    if asked.body in ("cut", "nothing"):
        return refusal(REFUSED, "Invalid JSON supplied in POST data")
    if asked.body == "text":
        return refusal(VALIDATION, "abc is not of type object")
    return None


def _schema(asked):
    messages = tuple((VALIDATION, text) for text in _violations(asked))
    return Refusal(400, messages) if messages else None


def _violations(asked):
    """Name declared properties in their order, then missing ones, then undeclared ones."""
    if asked.body == "null":
        required = {"letter": ["template_id", "personalisation"]}
        missing = required.get(asked.channel, [RECIPIENT.get(asked.kind), "template_id"])
        return [f"{name} is a required property" for name in missing]
    found = ["reference 5 is not of type string"] if "reference" in asked.faults else []
    if asked.kind == "pdf":
        if "postage" in asked.faults:
            found.append("postage invalid. It must be either first, second or economy.")
    else:
        found += _violations_of_a_templated_message(asked)
    if "undeclared" in asked.faults:
        found.append("Additional properties are not allowed (zed was unexpected)")
    return found


def _violations_of_a_templated_message(asked):
    found, missing = [], []
    if asked.recipient == "malformed":
        found.append(MALFORMED[asked.kind])
    if asked.recipient == "absent":
        missing.append(RECIPIENT[asked.kind])
    if asked.template == "malformed":
        found.append("template_id is not a valid UUID")
    if asked.template == "absent":
        missing.append("template_id")
    if asked.values == "list":
        found.append("personalisation [] is not of type object")
    if asked.values == "absent" and asked.kind == "letter":
        missing.append("personalisation")
    if asked.sender == "malformed":
        found.append(f"{SENDER[asked.kind]} is not a valid UUID")
    return found + [f"{name} is a required property" for name in missing]


def _permission(asked):
    if asked.may_send:
        return None
    return refusal(REFUSED, f"Service is not allowed to send {WORDS[asked.channel]}")


def _template(asked):
    if asked.template in ("unknown", "foreign", "hidden"):
        return refusal(REFUSED, "Template not found")
    if asked.template == "other type":
        actual = OTHER_TYPE[asked.kind]
        return refusal(REFUSED, f"{actual} template is not suitable for {asked.kind} notification")
    if asked.template == "archived":
        return refusal(REFUSED, "Template has been deleted")
    if asked.template == "QR code":
        message = "Cannot create a usable QR code - the link is too long"
        sizes = {"num_bytes": len(OVERLONG_QR_CODE), "max_bytes": len(OVERLONG_QR_CODE) - 1}
        return Refusal(400, ((VALIDATION, message),), {"data": OVERLONG_QR_CODE, **sizes})
    return None


def _values(asked):
    if asked.values in ("missing", "absent"):
        return refusal(REFUSED, "Missing personalisation: all")
    if asked.values == "empty":
        return refusal(REFUSED, "Your message is empty.")
    if asked.values in ("file", "odd file") and asked.kind != "email":
        return refusal(REFUSED, "Can only send a file by email")
    return None


def _sender(asked, names):
    if asked.sender != "unknown":
        return None
    where = f"does not exist in database for service id {names['service']}"
    return refusal(REFUSED, f"{SENDER[asked.kind]} {names['unknown']} {where}")


def _recipient(asked, names):
    if asked.key_type != "test" and asked.recipient not in NOBODY_ELSES:
        if asked.key_type == "team":
            return refusal(REFUSED, "Can’t send to this recipient using a team-only API key")
        if asked.trial:
            message = "Can’t send to this recipient when service is in trial mode – see "
            return refusal(REFUSED, message + names["trial URL"])
    return _country(asked)


def _country(asked):
    if asked.recipient == "landline":
        return refusal("InvalidPhoneError", "Not a UK mobile number")
    if asked.recipient != "abroad":
        return None
    if asked.may_send_abroad:
        message = "Exceeded send limits (international_sms: 0) for today"
        return refusal("TooManyRequestsError", message, 429)
    return refusal(REFUSED, "Cannot send to international mobile numbers")


def _files(asked, names):
    if asked.values == "odd file":
        return refusal(VALIDATION, "file 5 is not of type string")
    if asked.values == "file" and asked.trial:
        # No trial service of this test has said where its recipients can ask.
        where = f"{names['web URL']}/services/{names['service']}"
        return refusal(
            REFUSED,
            "Send files by email has not been set up - add contact details for your service at "
            f"{where}/service-settings/send-files-by-email",
        )
    return None


def _length(asked):
    if asked.values != "long":
        return None
    return refusal(REFUSED, f"Your message is too long. {TOO_LONG[asked.kind]}")


def _letters_refused(asked):
    if asked.key_type == "team":
        return refusal(REFUSED, "Cannot send letters with a team api key", 403)
    if asked.trial and asked.key_type != "test":
        return refusal(REFUSED, "Cannot send letters when service is in trial mode", 403)
    return None


def _address(asked):
    if asked.address == "short":
        return refusal(VALIDATION, "Address must be at least 3 lines")
    return None


def _content(asked):
    if "undecodable" in asked.faults:
        return refusal(REFUSED, "Cannot decode letter content (invalid base64 encoding)")
    return None
