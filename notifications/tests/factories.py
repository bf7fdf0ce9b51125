"""The smallest valid rows of the notifications app."""

import uuid

import factory
from factory.django import DjangoModelFactory

from notifications.acceptance.queue_choice import choose_queue
from notifications.models import (
    HISTORY_COLUMNS,
    CallbackDelivery,
    InboundSms,
    Job,
    Notification,
    NotificationHistory,
    ProviderDetails,
    ProviderDetailsHistory,
    UnsubscribeRequest,
)
from notify_project import clock
from notify_project.encryption import blind_indexes
from services.tests.factories import ServiceFactory, VersionedFactory
from templates_app.tests.factories import TemplateFactory

RECIPIENTS = {
    "sms": ("07700 900123", "447700900123"),
    "email": ("jo@example.com", "jo@example.com"),
    "letter": ("A Person\n1 Road\nSW1A 1AA", "aperson1roadsw1a1aa"),
}


def _of_type(**values):
    """Return a declaration whose value depends on the type of the message."""
    return factory.LazyAttribute(lambda o: values.get(o.notification_type))


class NotificationFactory(DjangoModelFactory):
    """A text message that waits, with its history row when it is real.

    `template` decides the type; `email=True` and `letter=True` make a template of that type.
    """

    class Meta:
        model = Notification

    class Params:
        email = False
        letter = False
        template = factory.LazyAttribute(lambda o: TemplateFactory(email=o.email, letter=o.letter))
        research = factory.Trait(is_real=False, key_type="test")

    service = factory.SelfAttribute("template.service")
    template_id = factory.SelfAttribute("template.id")
    template_version = factory.SelfAttribute("template.version")
    notification_type = factory.SelfAttribute("template.template_type")
    process_type = factory.SelfAttribute("template.process_type")
    lane = factory.LazyAttribute(
        lambda o: choose_queue(o.notification_type, o.is_real, o.process_type).value
    )
    to = factory.LazyAttribute(lambda o: RECIPIENTS[o.notification_type][0])
    normalised_to = factory.LazyAttribute(lambda o: RECIPIENTS[o.notification_type][1])
    key_type = "normal"
    is_real = True
    created_at = factory.LazyFunction(clock.now)
    personalisation = factory.LazyFunction(lambda: {"name": "Jo"})
    phone_prefix = _of_type(sms="44")
    rate_multiplier = _of_type(sms=1)
    postage = _of_type(letter="second")
    reference = factory.LazyAttribute(
        lambda o: uuid.uuid4().hex[:16].upper() if o.notification_type == "letter" else None
    )

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = super()._create(model_class, *args, **kwargs)
        if row.is_real:
            NotificationHistoryFactory.of(row)
        return row


class NotificationHistoryFactory(DjangoModelFactory):
    class Meta:
        model = NotificationHistory

    id = factory.LazyFunction(uuid.uuid4)
    service = factory.SubFactory(ServiceFactory)
    template_id = factory.LazyFunction(uuid.uuid4)
    template_version = 1
    notification_type = "sms"
    key_type = "normal"
    created_at = factory.LazyFunction(clock.now)

    @classmethod
    def of(cls, row):
        """Write the history row of a notification."""
        names = [f.attname for f in NotificationHistory._meta.concrete_fields]
        assert len(names) == len(HISTORY_COLUMNS)
        return NotificationHistory.objects.create(**{name: getattr(row, name) for name in names})


class JobFactory(DjangoModelFactory):
    class Meta:
        model = Job

    template = factory.SubFactory(TemplateFactory)
    service = factory.SelfAttribute("template.service")
    template_version = 1
    original_file_name = "people.csv"
    notification_count = 1


class ProviderDetailsFactory(VersionedFactory):
    class Meta:
        model = ProviderDetails

    identifier = "mmg"
    display_name = factory.SelfAttribute("identifier")
    notification_type = "sms"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        # Stands in for the row of that name that the migrations made.
        names = {name: kwargs[name] for name in ("notification_type", "identifier")}
        model_class.objects.filter(**names).delete()
        return super()._create(model_class, *args, **kwargs)

    @classmethod
    def _history_model(cls):
        return ProviderDetailsHistory


class CallbackDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = CallbackDelivery

    service = factory.SubFactory(ServiceFactory)
    callback_type = "delivery_status"
    subject_id = factory.LazyFunction(uuid.uuid4)
    event_key = "delivered"
    payload = factory.LazyFunction(dict)


class InboundSmsFactory(DjangoModelFactory):
    class Meta:
        model = InboundSms

    service = factory.SubFactory(ServiceFactory)
    notify_number = "07700900456"
    user_number = "447700900123"
    sender_hash = factory.LazyAttribute(lambda o: blind_indexes(o.user_number)[0])
    content = "Yes please"
    provider = "mmg"
    provider_date = factory.SelfAttribute("created_at")
    created_at = factory.LazyFunction(clock.now)


class UnsubscribeRequestFactory(DjangoModelFactory):
    class Meta:
        model = UnsubscribeRequest

    service = factory.SubFactory(ServiceFactory)
    notification_id = factory.LazyFunction(uuid.uuid4)
    template_id = factory.LazyFunction(uuid.uuid4)
    template_version = 1
    email_address = "jo@example.com"
