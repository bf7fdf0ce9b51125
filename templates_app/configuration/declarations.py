"""The fields that a configuration file may have: the format, in one place."""

from dataclasses import dataclass

from notify_project.constants import KeyType, NotificationType, ProcessType
from services.models import CallbackType, EmailBranding, Organisation, ServicePermission
from services.models.retention import LONGEST_DAYS
from services.roles import Role
from templates_app.configuration.source import (
    Entry,
    Item,
    entries,
    flag,
    items,
    nullable,
    number,
    one_of,
    optional,
    required,
    text,
)
from templates_app.models import LetterLanguages

# The largest value that every limit's column holds.
MOST_A_DAY = 2_147_483_647
MOST_OF_A_PATH = 10_000


@dataclass(frozen=True, kw_only=True)
class DeclaredUser(Entry):
    """A person."""

    name: str = required(text())
    email: str = required(text(320))
    mobile: str | None = optional(nullable(text(30)))
    support: bool = optional(flag, default=False)
    roles: tuple[Item, ...] = optional(items(one_of(Role.values)), default=())
    active: bool = optional(flag, default=True)
    password_env: str | None = optional(text())


@dataclass(frozen=True, kw_only=True)
class DeclaredOrganisation(Entry):
    """An organisation."""

    name: str = required(text())
    type: str = optional(one_of(Organisation.Kind.values), default=Organisation.Kind.OTHER.value)


@dataclass(frozen=True, kw_only=True)
class DeclaredInboundNumber(Entry):
    """A number that people can text to."""

    number: str = required(text(11))
    provider: str = required(text(50))


@dataclass(frozen=True, kw_only=True)
class DeclaredBranding(Entry):
    """A logo and a text that emails show."""

    name: str = required(text())
    type: str = optional(one_of(EmailBranding.Kind.values), default=EmailBranding.Kind.ORG.value)
    colour: str | None = optional(nullable(text(7)))
    logo: str | None = optional(nullable(text(lines=True)))
    alt_text: str | None = optional(text())
    active: bool = optional(flag, default=True)
    text: str | None = optional(text())  # the last: from here on the word means the field


@dataclass(frozen=True, kw_only=True)
class DeclaredLetterBranding(Entry):
    """A logo that letters have."""

    name: str = required(text())
    logo: str | None = optional(text(lines=True))


@dataclass(frozen=True, kw_only=True)
class DeclaredLimits(Entry):
    """How much a service may send: a day by type, and calls a minute."""

    email: int | None = optional(number(MOST_A_DAY))
    sms: int | None = optional(number(MOST_A_DAY))
    letter: int | None = optional(number(MOST_A_DAY))
    international_sms: int | None = optional(number(MOST_A_DAY))
    per_minute: int | None = optional(number(MOST_A_DAY))


@dataclass(frozen=True, kw_only=True)
class DeclaredRetention(Entry):
    """For how many days a service's messages are kept, by type."""

    email: int | None = optional(number(LONGEST_DAYS))
    sms: int | None = optional(number(LONGEST_DAYS))
    letter: int | None = optional(number(LONGEST_DAYS))


@dataclass(frozen=True, kw_only=True)
class DeclaredSmsSender(Entry):
    """What text messages show as their sender."""

    sender: str = required(text(11))
    default: bool = optional(flag, default=False)


@dataclass(frozen=True, kw_only=True)
class DeclaredReplyTo(Entry):
    """Where answers to emails go."""

    email: str = required(text(320))
    default: bool = optional(flag, default=False)


@dataclass(frozen=True, kw_only=True)
class DeclaredLetterContact(Entry):
    """A contact block of letters; its text is its name."""

    address: str = required(text(lines=True))
    default: bool = optional(flag, default=False)


@dataclass(frozen=True, kw_only=True)
class DeclaredCallback(Entry):
    """An address that is called when something happens."""

    type: str = required(one_of(CallbackType.values))
    url: str = required(text(2000))
    bearer_token_env: str | None = optional(text())


@dataclass(frozen=True, kw_only=True)
class DeclaredKey(Entry):
    """An API key."""

    name: str = required(text())
    type: str = required(one_of(KeyType.values))
    secret: str | None = optional(text(36))
    secret_env: str | None = optional(text())


@dataclass(frozen=True, kw_only=True)
class DeclaredTemplate(Entry):
    """A template."""

    name: str = required(text())
    type: str = required(one_of(NotificationType.values))
    content: str = required(text(lines=True))
    subject: str | None = optional(text(lines=True))
    process_type: str = optional(one_of(ProcessType.values), default=ProcessType.NORMAL.value)
    postage: str | None = optional(text())
    letter_languages: str | None = optional(one_of(LetterLanguages.values))
    letter_welsh_subject: str | None = optional(text(lines=True))
    letter_welsh_content: str | None = optional(text(lines=True))
    contact_block: str | None = optional(nullable(text(lines=True)))
    has_unsubscribe_link: bool = optional(flag, default=False)
    folder: str | None = optional(nullable(text(MOST_OF_A_PATH)))
    redacted_by: str | None = optional(text(320))
    archived: bool = optional(flag, default=False)


@dataclass(frozen=True, kw_only=True)
class DeclaredService(Entry):
    """A service with what belongs to it."""

    name: str = required(text())
    organisation: str | None = optional(nullable(text()))
    live: bool = optional(flag, default=False)
    research_mode: bool = optional(flag, default=False)
    deferred_persistence: bool = optional(flag, default=False)
    prefix_sms: bool = optional(flag, default=True)
    contact_link: str | None = optional(nullable(text()))
    email_sender_name: str | None = optional(nullable(text()))
    suppression_list: bool = optional(flag, default=False)
    templates_need_review: bool = optional(flag, default=False)
    email_branding: str | None = optional(nullable(text()))
    letter_branding: str | None = optional(nullable(text()))
    permissions: tuple[Item, ...] = optional(
        items(one_of(ServicePermission.Name.values)), default=()
    )
    inbound_number: str | None = optional(nullable(text(11)))
    retention: DeclaredRetention | None = optional(entries(DeclaredRetention, many=False))
    limits: DeclaredLimits | None = optional(entries(DeclaredLimits, many=False))
    team: tuple[Item, ...] = optional(items(text(320)), default=())
    guest_list: tuple[Item, ...] = optional(items(text(320)), default=())
    sms_senders: tuple[DeclaredSmsSender, ...] = optional(entries(DeclaredSmsSender), default=())
    reply_tos: tuple[DeclaredReplyTo, ...] = optional(entries(DeclaredReplyTo), default=())
    letter_contacts: tuple[DeclaredLetterContact, ...] = optional(
        entries(DeclaredLetterContact), default=()
    )
    callbacks: tuple[DeclaredCallback, ...] = optional(entries(DeclaredCallback), default=())
    api_keys: tuple[DeclaredKey, ...] = optional(entries(DeclaredKey), default=())
    templates: tuple[DeclaredTemplate, ...] = optional(entries(DeclaredTemplate), default=())


@dataclass(frozen=True, kw_only=True)
class Configuration(Entry):
    """A whole file."""

    users: tuple[DeclaredUser, ...] = optional(entries(DeclaredUser), default=())
    organisations: tuple[DeclaredOrganisation, ...] = optional(
        entries(DeclaredOrganisation), default=()
    )
    inbound_numbers: tuple[DeclaredInboundNumber, ...] = optional(
        entries(DeclaredInboundNumber), default=()
    )
    email_brandings: tuple[DeclaredBranding, ...] = optional(entries(DeclaredBranding), default=())
    letter_brandings: tuple[DeclaredLetterBranding, ...] = optional(
        entries(DeclaredLetterBranding), default=()
    )
    services: tuple[DeclaredService, ...] = optional(entries(DeclaredService), default=())
