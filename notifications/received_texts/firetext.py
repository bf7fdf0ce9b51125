"""Texts that Firetext hands on, as a form."""

from urllib.parse import parse_qs

from notifications.received_texts.posted import MalformedText, PostedText, instant, national

# Source: the API contract, callbacks the server receives from providers.
_FAILED = "Firetext received text failed: "
_MOST_FIELDS = 100


def read(body: bytes) -> PostedText:
    """Read one text; Firetext gives it no name by which a repetition could be known.

    Raises:
        MalformedText: it is not what Firetext's documentation says.
    """
    try:
        lists = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise MalformedText(f"{_FAILED}too many fields") from error
    fields = {name: values[0] for name, values in lists.items()}
    numbers = {name: fields.get(name, "").strip() for name in ("source", "destination")}
    missing = [name for name, number in numbers.items() if not number]
    missing += [] if "message" in fields else ["message"]
    if missing:
        raise MalformedText(*(f"{_FAILED}{name} missing" for name in missing))
    return PostedText(
        user_number=numbers["source"],
        notify_number=national(numbers["destination"]),
        content=fields["message"],
        reference=None,
        sent_at=instant(fields.get("time", "")),
    )
