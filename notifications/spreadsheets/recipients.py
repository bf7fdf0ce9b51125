"""Read the recipient of a row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from notify_project.recipients.email import parse_email
from notify_project.recipients.phone import needs_international_permission, parse_phone
from notify_project.recipients.postal import parse_address, require_real_address


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a row is sent to: a number, an email address, or the lines of a postal address.

    Attributes:
        rate_multiplier: how often each fragment of a text is charged.
        postage: of a letter, where the address decides it.
    """

    normalised: str
    is_international: bool = False
    rate_multiplier: int = 1
    postage: str | None = None


def read_phone(text: str, permissions: Collection[str]) -> Recipient:
    """Return the number that a service may send to.

    Raises:
        InvalidPhone: there is none.
    """
    number = parse_phone(
        text,
        international="international_sms" in permissions,
        landlines="sms_to_uk_landlines" in permissions,
    )
    is_international = needs_international_permission(number)
    return Recipient(number.normalised, is_international, number.rate_multiplier)


def read_email(text: str) -> Recipient:
    """Return the email address.

    Raises:
        InvalidEmail: there is none.
    """
    return Recipient(parse_email(text).normalised)


def read_address(
    values: Mapping[str, object], keys: Sequence[str], permissions: Collection[str]
) -> Recipient:
    """Return the postal address that a service may send to, from its fields in order.

    Raises:
        InvalidAddress: there is none.
    """
    lines = [str(values[key]) for key in keys if key in values]
    address = parse_address("\n".join(lines))
    require_real_address(address, international="international_letters" in permissions)
    is_international = address.country is not None
    return Recipient("\n".join(address.lines), is_international, postage=address.postage)
