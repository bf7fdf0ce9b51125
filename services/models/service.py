"""Services: the senders, their permissions and their team."""

import uuid

from django.conf import settings
from django.db import models

from notify_project import clock
from notify_project.versioning import HistoryRow, Versioned
from services.models.branding import EmailBranding, LetterBranding
from services.models.organisation import Organisation


class ServiceColumns(models.Model):
    """What a service and each of its versions hold."""

    name = models.CharField(max_length=255)
    normalised_service_name = models.CharField(max_length=255)
    email_sender_local_part = models.CharField(max_length=255)
    custom_email_sender_name = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null means: use the name
    active = models.BooleanField(default=True)
    restricted = models.BooleanField(
        default=True, help_text="Trial mode: team and guest list only."
    )
    research_mode = models.BooleanField(default=False)
    deferred_persistence = models.BooleanField(default=False)
    uses_suppression_list = models.BooleanField(
        default=False, help_text="No ordinary emails to addresses that bounced or complained."
    )
    templates_need_review = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Templates change when a second person has approved the change.",
    )
    email_message_limit = models.BigIntegerField(default=50)
    sms_message_limit = models.BigIntegerField(default=50)
    letter_message_limit = models.BigIntegerField(default=0)
    international_sms_message_limit = models.BigIntegerField(default=100)
    rate_limit = models.IntegerField(default=3000, help_text="API calls a minute and key type.")
    prefix_sms = models.BooleanField(default=True)
    organisation_type = models.CharField(max_length=30, default="other")
    crown = models.BooleanField(null=True)
    contact_link = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - absent is not empty
    count_as_live = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class Service(ServiceColumns, Versioned):
    """A sender of messages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    email_branding = models.ForeignKey(
        EmailBranding,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        help_text="Whose logo emails show; without one they show the platform's banner.",
    )
    letter_branding = models.ForeignKey(
        LetterBranding,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        help_text="Whose logo letters have; without one they have none.",
    )

    class Meta:
        db_table = "services"
        constraints = [
            models.UniqueConstraint(fields=["name"], name="uq_services_name"),
            models.UniqueConstraint(
                fields=["normalised_service_name"], name="uq_services_normalised_name"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    email_message_limit__gte=0,
                    sms_message_limit__gte=0,
                    letter_message_limit__gte=0,
                    international_sms_message_limit__gte=0,
                    rate_limit__gte=0,
                ),
                name="ck_services_limits",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceHistory(ServiceColumns, HistoryRow):
    """One version of a service."""

    created_by_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    email_branding_id = models.UUIDField(null=True)
    letter_branding_id = models.UUIDField(null=True)

    class Meta:
        db_table = "services_history"
        constraints = [
            models.UniqueConstraint(fields=["id", "version"], name="uq_services_history_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"


class ServicePermission(models.Model):
    """Something that a service may do."""

    class Name(models.TextChoices):
        """What may be done. Source: the API contract."""

        EMAIL = "email"
        SMS = "sms"
        LETTER = "letter"
        INTERNATIONAL_SMS = "international_sms"
        INBOUND_SMS = "inbound_sms"
        EMAIL_AUTH = "email_auth"
        SMS_TO_UK_LANDLINES = "sms_to_uk_landlines"
        INTERNATIONAL_LETTERS = "international_letters"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=30, choices=Name)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "service_permissions"
        constraints = [
            models.UniqueConstraint(fields=["service", "permission"], name="uq_service_permission"),
            models.CheckConstraint(
                condition=models.Q(
                    permission__in=[
                        "email",
                        "sms",
                        "letter",
                        "international_sms",
                        "inbound_sms",
                        "email_auth",
                        "sms_to_uk_landlines",
                        "international_letters",
                    ]
                ),
                name="ck_service_permissions_name",
            ),
        ]

    def __str__(self) -> str:
        return self.permission


class ServiceUser(models.Model):
    """Membership of a person in a service's team."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="members")

    class Meta:
        db_table = "user_to_service"
        constraints = [models.UniqueConstraint(fields=["user", "service"], name="uq_user_service")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.service_id}"


class ServiceGuestList(models.Model):
    """A recipient outside the team who may be written to in trial mode and by team keys."""

    class Kind(models.TextChoices):
        """What the recipient is."""

        MOBILE = "mobile"
        EMAIL = "email"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="guest_list")
    recipient_type = models.CharField(max_length=10, choices=Kind)
    recipient = models.CharField(max_length=320)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "service_whitelist"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "recipient_type", "recipient"], name="uq_guest_list_recipient"
            ),
            models.CheckConstraint(
                condition=models.Q(recipient_type__in=["mobile", "email"]),
                name="ck_guest_list_type",
            ),
        ]

    def __str__(self) -> str:
        return f"guest {self.pk}"
