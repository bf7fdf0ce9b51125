"""Email through a service that django-anymail knows: Postmark, Mailgun, Amazon SES and others."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import ClassVar

from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailWebhookValidationFailure,
)
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import Resolver404, resolve

from notifications.providers import sns
from notifications.providers.base import (
    ComplaintNotice,
    EmailMessage,
    ForgedReceipt,
    MalformedReceipt,
    OutcomeUnknown,
    Provider,
    ProviderError,
    Receipt,
    RecipientRefused,
    RequestRefused,
    Unavailable,
)
from notifications.providers.mime import django_message, safe
from notifications.providers.over_http import MAX_QUOTED_BYTES, require_success
from notifications.statuses import Status
from notify_project import http
from notify_project.constants import NotificationType

_METADATA = "notification_id"
# Answers of Amazon SES with 400 that the operator can put right.
_REPAIRABLE = frozenset(
    {
        "AccountSuspendedException",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "SendingPausedException",
    }
)
# Errors of botocore before anything is sent.
_NOT_SENT = frozenset(
    {
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "NoCredentialsError",
        "NoRegionError",
        "PartialCredentialsError",
    }
)
_OUTCOMES = {
    EventType.DELIVERED: Status.DELIVERED,
    EventType.REJECTED: Status.PERMANENT_FAILURE,
    EventType.FAILED: Status.TECHNICAL_FAILURE,
}
# How services call a bounce that may go well another time, and one that will not.
_SOFT = re.compile(r"soft|transient|temporar|undetermined|blocked", re.IGNORECASE)
_HARD = re.compile(r"hard|permanent", re.IGNORECASE)
# A word for the kind of complaint; a sentence is none.
_KIND = re.compile(r"[A-Za-z][A-Za-z -]{0,29}")
# The class of an answer of the recipient's server. Source: RFC 5321, 4.2.1, and RFC 3463.
_REPLY = re.compile(r"(?:^|\D)([45])(?:\d\d|\.\d{1,3}\.\d{1,3})(?!\d)")


class Anymail(Provider[EmailMessage]):
    """One email service, over connections that each thread keeps."""

    name: ClassVar[str] = "anymail"
    notification_type: ClassVar[NotificationType | None] = NotificationType.EMAIL
    required_options: ClassVar[tuple[str, ...]] = ("esp",)

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(options)
        self._kept = threading.local()

    def send(self, message: EmailMessage) -> str | None:
        """Hand the message over and return the service's name for it."""
        mail = django_message(safe(message))
        mail.metadata = {_METADATA: message.id}  # type: ignore[attr-defined]  # read by anymail
        backend = self._backend()
        try:
            backend.send_messages([mail])
        except AnymailRecipientsRefused as error:
            raise _quoted(RecipientRefused("refused"), error) from error
        except AnymailAPIError as error:
            self._drop()
            raise _quoted(_api_error(error), error) from error
        except AnymailConfigurationError as error:
            raise Unavailable(type(error).__name__) from error
        except AnymailError as error:
            raise RequestRefused(type(error).__name__) from error
        return _reference_of(mail)

    def read_receipts(
        self, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> Sequence[Receipt | ComplaintNotice]:
        """Read what the service tells of emails, once it has shown that it is the service."""
        del query
        kind = self._webhook()
        login = self._login()
        if kind.warn_if_no_basic_auth and not login:
            # Nothing but the login tells this service's webhooks from anybody's.
            raise ForgedReceipt
        request = _request(body, headers)
        try:
            view = kind(webhook_secret=login)
            view.run_validators(request)
            if self.options["esp"] == "amazon_ses":
                sns.require_signature(json.loads(body))
            events = view.parse_events(request)
        except (AnymailWebhookValidationFailure, sns.NotSigned) as error:
            raise ForgedReceipt from error
        except (AnymailError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise MalformedReceipt(f"not a webhook of {self.options['esp']}") from error
        return [told for event in events if (told := _read(event)) is not None]

    def _backend(self) -> BaseEmailBackend:
        kept: BaseEmailBackend | None = getattr(self._kept, "backend", None)
        if kept is None:
            try:
                kept = get_connection(
                    f"anymail.backends.{self.options.get('esp')}.EmailBackend",
                    timeout=http.call_timeout(settings.PROVIDER_TIMEOUT_SECONDS),
                )
                kept.open()
            except (AnymailConfigurationError, ImportError) as error:
                raise Unavailable(type(error).__name__) from error
            if hasattr(kept, "session"):
                http.make_punctual(kept.session)
            self._kept.backend = kept
        return kept

    def _drop(self) -> None:
        self._kept.backend.close()
        self._kept.backend = None

    def _webhook(self) -> type[AnymailBaseWebhookView]:
        try:
            found = resolve(f"/{self.options.get('esp')}/tracking/", urlconf="anymail.urls")
        except Resolver404 as error:
            raise MalformedReceipt("no email service is set that sends webhooks") from error
        view: type[AnymailBaseWebhookView] = vars(found.func)["view_class"]
        return view

    def _login(self) -> list[str]:
        username, password = (
            self.options.get(f"receipt_{name}") for name in ("username", "password")
        )
        return [f"{username}:{password}"] if username and password else []


def _request(body: bytes, headers: Mapping[str, str]) -> WSGIRequest:
    """Return a request as anymail's webhooks read it."""
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return WSGIRequest(
        environ
        | {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": headers.get("Content-Type", "application/json"),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(body),
        }
    )


def _quoted(refusal: ProviderError, error: AnymailError) -> ProviderError:
    """Put the beginning of the service's answer into what it means."""
    text = getattr(error.response, "text", None)
    if isinstance(text, str):
        refusal.answer = f"{error.response.status_code} {text[:MAX_QUOTED_BYTES]}"
    return refusal


def _api_error(error: AnymailAPIError) -> ProviderError:
    """Return what an error of the service's API means."""
    if error.status_code is not None:
        return _refusal(error.status_code)
    cause = error.__cause__
    if isinstance(cause, http.RequestException):
        kind = OutcomeUnknown if http.may_have_arrived(cause) else Unavailable
        return kind(type(cause).__name__)
    return _aws_error(error)


def _aws_error(error: AnymailAPIError) -> ProviderError:
    """Return what an error of boto3 means, which only Amazon SES needs."""
    if isinstance(error.response, dict):
        code = str(error.response.get("Error", {}).get("Code"))
        if code in _REPAIRABLE:
            return Unavailable(code)
        return _refusal(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    name = type(error.__cause__ or error).__name__
    return Unavailable(name) if name in _NOT_SENT else OutcomeUnknown(name)


def _refusal(status_code: int) -> ProviderError:
    try:
        require_success(status_code)
    except ProviderError as refusal:
        return refusal
    # The service took the message and answered something that anymail cannot read.
    return OutcomeUnknown(f"{status_code} with an unreadable answer")


def _reference_of(mail: EmailMultiAlternatives) -> str | None:
    status = mail.anymail_status  # type: ignore[attr-defined]  # written by anymail
    if status.status == {"failed"}:
        raise Unavailable("failed")
    if status.status == {"unknown"} and not status.message_id:
        raise OutcomeUnknown("unknown")
    return str(status.message_id) if status.message_id else None


def _read(event: AnymailTrackingEvent) -> Receipt | ComplaintNotice | None:
    """Return what an event tells; None of an opened email, or one that is still under way."""
    ours = (event.metadata or {}).get(_METADATA)
    if event.event_type == EventType.COMPLAINED:
        kind = event.description if _KIND.fullmatch(event.description or "") else None
        return ComplaintNotice(ours, event.message_id, event.event_id, kind, event.timestamp)
    bounced = event.event_type == EventType.BOUNCED
    status = _of_bounce(event) if bounced else _OUTCOMES.get(event.event_type)
    if status is None:
        return None
    detail = "/".join(filter(None, (event.event_type, event.reject_reason)))
    return Receipt(ours, event.message_id, status, detail)


def _of_bounce(event: AnymailTrackingEvent) -> Status:
    """Tell a bounce for good from one for now: by the service's words, then the server's code."""
    raw = event.esp_event if hasattr(event.esp_event, "get") else {}
    words = " ".join(str(raw.get(name) or "") for name in ("Type", "event", "type"))
    words = f"{event.description or ''} {words}"
    reply = _REPLY.search(str(event.mta_response or ""))
    if _SOFT.search(words) or event.reject_reason == RejectReason.TIMED_OUT:
        return Status.TEMPORARY_FAILURE
    if reply and reply[1] == "4" and not _HARD.search(words):
        return Status.TEMPORARY_FAILURE
    return Status.PERMANENT_FAILURE
