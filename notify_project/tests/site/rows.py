"""Rows of every model there is, made from what its fields say."""

import uuid
from contextlib import suppress
from datetime import timedelta
from functools import cache

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction

from notifications.models import Job, Notification, ProviderDetails
from notify_project import clock
from notify_project.encryption import EncryptedJSONField
from services.models import ApiKey, Service, ServiceCallbackApi, User
from templates_app.models import Template

# Django's and the libraries' own: they hold nothing that anybody writes.
NOT_OURS = ("contenttypes", "sessions", "django_rq", "auth", "admin")
# What the fields do not say: which values a constraint wants to be together.
KINDS = ("email", "sms", "letter")


def _midnight(number):
    return clock.london_midnight(clock.london_today() - timedelta(days=number))


def _kind(number):
    return KINDS[number % len(KINDS)]


def _of_letters(value):
    return lambda number: value if _kind(number) == "letter" else None


def _of_template(number):
    return None if _kind(number) == "sms" else f"subject {number}"


TEMPLATE = {
    "template_type": _kind,
    "subject": _of_template,
    "postage": _of_letters("second"),
    "letter_languages": _of_letters("english"),
    "letter_attachment": None,
    "version": 1,
}
# The first row has a version of every other number; each other has its first.
VERSION = {"version": lambda number: number + 1 if number % 2 else 1}
MESSAGE = {"notification_type": _kind, "postage": _of_letters("second"), "key_type": "normal"}
SHAPES = {
    "services.user": {"email_address": "user{number}@example.org"},
    "services.emailbranding": {"text": "Library {number}"},
    # Its logo would have to be in the store.
    "services.service": {"letter_branding": None},
    "services.letterbranding": {"filename": lambda number: f"{number:064x}.png"},
    "services.servicecallbackapi": {"url": "https://example.org/{number}"},
    "templates_app.template": TEMPLATE,
    "templates_app.templatehistory": TEMPLATE | VERSION,
    "templates_app.templatechange": {"kind": "update", "base_version": 1},
    "services.servicehistory": VERSION,
    "services.apikeyhistory": VERSION,
    "services.servicecallbackapihistory": VERSION,
    "notifications.providerdetailshistory": VERSION,
    "services.inboundnumber": {"number": lambda number: f"07700{number:06}"},
    "services.servicedataretention": {"days_of_retention": 7},
    "notifications.document": {"expires_at": lambda _: clock.now() + timedelta(days=1)},
    "notifications.notification": MESSAGE
    | {"is_real": True, "job_row_number": lambda number: number},
    "notifications.notificationhistory": MESSAGE,
    "notifications.deliveryevent": {"outcome": "not-taken"},
    "notifications.hold": {"key": lambda number: str(uuid.UUID(int=number + 1))},
    "notifications.providerfigures": {"calls": 1},
    "billing.defaultannualallowance": {
        "valid_from_financial_year_start": lambda number: 1990 + number
    },
    "billing.rate": {"valid_from": _midnight},
    "billing.letterrate": {"start_date": _midnight},
}


def our_models():
    """Return the models with a table of their own, those that others refer to first."""
    ours = [
        model
        for model in apps.get_models()
        if model._meta.app_label not in NOT_OURS and not model._meta.proxy and model._meta.managed
    ]
    ordered = []

    def place(model):
        if model in ordered or model not in ours:
            return
        for field in model._meta.concrete_fields:
            if (other := _referred(field)) is not None and other is not model:
                place(other)
        ordered.append(model)

    for model in ours:
        place(model)
    return ordered


REFERRED = {
    "service_id": Service,
    "template_id": Template,
    "notification_id": Notification,
    "job_id": Job,
    "api_key_id": ApiKey,
    "created_by_id": User,
    "updated_by_id": User,
    "subject_id": Notification,
    "notifications.rejectedprintjob.job_id": None,
    "notify_project.auditevent.subject_id": None,
    "services.servicehistory.id": Service,
    "services.apikeyhistory.id": ApiKey,
    "services.servicecallbackapihistory.id": ServiceCallbackApi,
    "templates_app.templatehistory.id": Template,
    "notifications.providerdetailshistory.id": ProviderDetails,
    "notifications.notificationhistory.id": Notification,
}


class Rows:
    """As many rows of each model as are asked for.

    Every other row belongs to the first row of what it refers to, so that the first has many; the
    others to one of their own, so that lists lead to many.
    """

    def __init__(self):
        _without_guards()
        self.of = {model: [] for model in our_models()}

    def grow(self, wanted):
        """Add rows until there are so many of each model."""
        for number in range(wanted):
            for model, rows in self.of.items():
                if len(rows) <= number:
                    rows.append(self._new(model, number))

    def _new(self, model, number):
        for shared in [True, False] if number % 2 else [False]:
            with suppress(IntegrityError), transaction.atomic():
                row = model(**self._values(model, number, shared=shared))
                row.save(force_insert=True)
                return model._base_manager.get(pk=row.pk)
        # Once more, for the message.
        row = model(**self._values(model, number, shared=False))
        row.save(force_insert=True)
        return row

    def _values(self, model, number, *, shared):
        shape = SHAPES.get(model._meta.label_lower, {})
        values = {}
        for field in model._meta.concrete_fields:
            if field.name in shape:
                given = shape[field.name]
                given = given(number) if callable(given) else given
                values[field.name] = (
                    given.format(number=number) if isinstance(given, str) else given
                )
            elif _referred(field) is not None:
                values[field.name] = self._related(field, number, shared=shared)
            elif (value := _value(field, number)) is not None:
                values[field.name] = value
        return values

    def _related(self, field, number, *, shared):
        other = _referred(field)
        rows = self.of.get(other)
        if rows is None or other is field.model:
            return None
        row = rows[0 if shared and not field.unique else min(number, len(rows) - 1)]
        return row if field.is_relation else row.pk


def _referred(field):
    """Return the model that a column refers to, also where the database does not know of it."""
    if field.is_relation:
        return field.related_model
    return REFERRED.get(f"{field.model._meta.label_lower}.{field.name}", REFERRED.get(field.name))


# By the first of its classes that is named here.
MADE = (
    (models.UUIDField, lambda field, n: uuid.uuid5(uuid.NAMESPACE_URL, f"{field}/{n}")),
    (models.DateTimeField, lambda _, n: clock.now() - timedelta(minutes=n)),
    (models.DateField, lambda _, n: clock.london_today() - timedelta(days=n)),
    (models.BooleanField, lambda *_: False),
    ((models.IntegerField, models.FloatField, models.DecimalField), lambda _, n: 1 + n % 5),
    (ArrayField, lambda *_: []),
    ((models.JSONField, EncryptedJSONField), lambda _, n: {"number": n}),
    (models.BinaryField, lambda *_: b"x"),
    (models.CharField, lambda field, n: f"{field.name} {n}"[: field.max_length]),
    (models.TextField, lambda field, n: f"{field.name} {n}"),
)


def _value(field, number):
    """Return a value for a field; None leaves it to its default."""
    if field.has_default() or field.null or isinstance(field, models.AutoField):
        return None
    if field.choices:
        return field.choices[0][0]
    return next(make(field, number) for classes, make in MADE if isinstance(field, classes))


@cache
def text_fields(model):
    """Return the fields that hold what somebody wrote: any text that is no choice, and JSON."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        and not field.primary_key
    ]


def _without_guards():
    """Let rows be changed that the database keeps as they are, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
