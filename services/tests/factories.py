"""The smallest valid rows of the services app."""

import uuid
from hashlib import sha256

import factory
from factory.django import DjangoModelFactory

from notify_project import clock
from notify_project.versioning import save_versioned
from services.models import (
    ApiKey,
    ApiKeyHistory,
    EmailBranding,
    InboundNumber,
    LetterBranding,
    Organisation,
    Service,
    ServiceEmailReplyTo,
    ServiceGuestList,
    ServiceHistory,
    ServicePermission,
    ServiceSmsSender,
    ServiceUser,
    User,
)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")


class EmailBrandingFactory(DjangoModelFactory):
    class Meta:
        model = EmailBranding

    name = factory.Sequence(lambda n: f"Branding {n}")
    text = "Riverside Library"


class LetterBrandingFactory(DjangoModelFactory):
    class Meta:
        model = LetterBranding

    name = factory.Sequence(lambda n: f"Letterhead {n}")
    filename = factory.Sequence(lambda n: f"{n:064x}.png")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"User {n}")
    email_address = factory.Sequence(lambda n: f"user{n}@example.org")

    class Params:
        support = factory.Trait(platform_admin=True, is_superuser=True)


class VersionedFactory(DjangoModelFactory):
    """Rows that exist together with the history of their versions."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        history = cls._history_model()
        return save_versioned(model_class(**kwargs), history)

    @classmethod
    def _history_model(cls):
        raise NotImplementedError


class ServiceFactory(VersionedFactory):
    """A live service that may send emails, texts and letters."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Service {n}")
    normalised_service_name = factory.LazyAttribute(lambda s: s.name.lower().replace(" ", "."))
    email_sender_local_part = factory.SelfAttribute("normalised_service_name")
    restricted = False
    prefix_sms = False
    email_message_limit = 250_000
    sms_message_limit = 250_000
    letter_message_limit = 20_000

    class Params:
        trial = factory.Trait(restricted=True)
        research = factory.Trait(research_mode=True)
        archived = factory.Trait(active=False)

    @factory.post_generation
    def permissions(obj, create, extracted, **kwargs):  # noqa: N805
        for permission in extracted if extracted is not None else ("email", "sms", "letter"):
            ServicePermission.objects.create(service=obj, permission=permission)

    @factory.post_generation
    def default_sender(obj, create, extracted, **kwargs):  # noqa: N805
        if extracted is not False:
            ServiceSmsSenderFactory(service=obj, is_default=True)

    @classmethod
    def _history_model(cls):
        return ServiceHistory


class ApiKeyFactory(VersionedFactory):
    class Meta:
        model = ApiKey

    service = factory.SubFactory(ServiceFactory)
    name = factory.Sequence(lambda n: f"key {n}")
    key_type = "normal"
    secret = factory.LazyFunction(lambda: str(uuid.uuid4()))
    secret_digest = factory.LazyAttribute(lambda k: sha256(k.secret.encode()).hexdigest())

    class Params:
        team = factory.Trait(key_type="team")
        test = factory.Trait(key_type="test")
        revoked = factory.Trait(expiry_date=factory.LazyFunction(clock.now))

    @classmethod
    def _history_model(cls):
        return ApiKeyHistory


class ServiceSmsSenderFactory(DjangoModelFactory):
    class Meta:
        model = ServiceSmsSender

    service = factory.SubFactory(ServiceFactory)
    sms_sender = "NOTIFY"


class ServiceEmailReplyToFactory(DjangoModelFactory):
    class Meta:
        model = ServiceEmailReplyTo

    service = factory.SubFactory(ServiceFactory)
    email_address = factory.Sequence(lambda n: f"reply{n}@example.org")


class ServiceUserFactory(DjangoModelFactory):
    class Meta:
        model = ServiceUser

    service = factory.SubFactory(ServiceFactory)
    user = factory.SubFactory(UserFactory)


class ServiceGuestListFactory(DjangoModelFactory):
    class Meta:
        model = ServiceGuestList

    service = factory.SubFactory(ServiceFactory)
    recipient_type = "email"
    recipient = "guest@example.com"


class InboundNumberFactory(DjangoModelFactory):
    class Meta:
        model = InboundNumber

    number = factory.Sequence(lambda n: f"07700{n % 1_000_000:06}")
    provider = "mmg"
