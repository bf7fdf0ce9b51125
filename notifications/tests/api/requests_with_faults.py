"""Draw requests of which a few things are not as they should be."""

from hypothesis import strategies as st

from notifications.tests.api.order_of_checks import Asked

VALUES = {
    "fine": {"all": "x"},
    "missing": {},
    "empty": {"all": ""},
    "file": {"all": {"file": "aGk="}},
    "odd file": {"all": {"file": 5}},
}
RAW = {"cut": b'{"reference":', "nothing": b"", "text": b'"abc"', "null": b"null"}
# What can be wrong, in the order of the checks: before the schema, against it, and after it.
BEFORE_SCHEMA = {
    "oversize": [True],
    "token": ["none", "forged"],
    "minute_used": [True],
    "idempotency_key": ["malformed", "reused", "fresh"],
    "day_used": [True],
    "body": list(RAW),
}
TEMPLATED = {"template": ["malformed", "absent"], "values": ["list", "absent"]}
AGAINST_SCHEMA = {
    "sms": {**TEMPLATED, "sender": ["malformed"], "recipient": ["malformed", "absent"]},
    "email": {**TEMPLATED, "sender": ["malformed"], "recipient": ["malformed", "absent"]},
    "letter": TEMPLATED,
}
AFTER_SCHEMA = {
    "sms": {
        "template": ["unknown", "foreign", "hidden", "other type", "archived"],
        "values": [*VALUES, "long"],
        "sender": ["known", "unknown"],
        "recipient": ["member", "guest", "simulated", "landline", "abroad"],
        "may_send_abroad": [True],
    },
    "email": {
        "template": ["unknown", "foreign", "hidden", "other type", "archived"],
        "values": [*VALUES, "long"],
        "sender": ["known", "unknown"],
        "recipient": ["member", "guest", "simulated"],
    },
    "letter": {
        "template": ["unknown", "foreign", "hidden", "other type", "archived", "QR code"],
        "values": list(VALUES),
        "address": ["short"],
    },
}
WRONG_PROPERTIES = {"pdf": {"reference", "undeclared", "postage"}}
MOST_FAULTS = 4
AT_SCHEMA = len(BEFORE_SCHEMA)
AT_PERMISSION = AT_SCHEMA + 1
KINDS = ["sms", "email", "letter"] * 3 + ["pdf", "carrier-pigeon"]


@st.composite
def requests(draw):
    """Draw a request of which a few things are not as they should be.

    Faults begin at any of the checks: among all of them the first would answer nearly always.
    """
    kind = draw(st.sampled_from(KINDS))
    first = draw(st.integers(0, 2 * AT_PERMISSION))
    choices = {name: BEFORE_SCHEMA[name] for name in list(BEFORE_SCHEMA)[first:]}
    if first <= AT_PERMISSION:
        choices["may_send"] = [False]
    for more in ([AGAINST_SCHEMA] if first <= AT_SCHEMA else []) + [AFTER_SCHEMA]:
        for name, options in more.get(kind, {}).items():
            choices[name] = choices.get(name, []) + options
    chosen = _some(draw, choices, MOST_FAULTS)
    wrong = {"undecodable"} if kind == "pdf" else set()
    if first <= AT_SCHEMA:
        wrong |= WRONG_PROPERTIES.get(kind, {"reference", "undeclared"})
    return Asked(
        kind,
        key_type=draw(st.sampled_from(["normal", "team", "test"])),
        trial=draw(st.booleans()),
        faults=frozenset(_some(draw, wrong, 1)),
        **{name: draw(st.sampled_from(choices[name])) for name in chosen},
    )


def _some(draw, names, most):
    """Draw a few of some names."""
    ordered = draw(st.permutations(sorted(names)))
    return ordered[: draw(st.integers(0, most))]
