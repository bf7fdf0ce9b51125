"""People: support staff and members of services' teams."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower

from notify_project import clock
from services.roles import Role


class UserManager(BaseUserManager["User"]):
    """Creates people by email address."""

    def create_user(self, email_address: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a password they cannot sign in."""
        user = self.model(email_address=email_address.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email_address: str, password: str | None, **fields: Any) -> "User":
        """Create a member of the support staff with every permission."""
        fields.setdefault("name", email_address)
        return self.create_user(
            email_address, password, is_superuser=True, platform_admin=True, **fields
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person who signs in; addresses are kept in lower case."""
        return self.get(email_address=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person."""

    class State(models.TextChoices):
        """Whether the person may sign in."""

        PENDING = "pending"
        ACTIVE = "active"
        INACTIVE = "inactive"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    email_address = models.CharField(max_length=320, unique=True)
    mobile_number = models.CharField(max_length=30, null=True, blank=True)  # noqa: DJ001 - absent is not empty
    password_changed_at = models.DateTimeField(default=clock.now)
    failed_login_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    platform_admin = models.BooleanField(default=False, help_text="Member of the support staff.")
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        default=list,
        db_default=models.Value([], ArrayField(models.CharField(max_length=20))),
        blank=True,
    )
    temporary_roles = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        encoder=DjangoJSONEncoder,
        help_text="Role -> the instant at which it ends.",
    )
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email_address"
    EMAIL_FIELD = "email_address"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "active", "inactive"]),
                name="ck_users_state",
            ),
            models.CheckConstraint(
                condition=models.Q(email_address=Lower("email_address")),
                name="ck_users_email_lower",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    roles__contained_by=[
                        "administrator",
                        "support",
                        "operations",
                        "billing",
                        "read-only",
                        "service-member",
                    ]
                ),
                name="ck_users_roles",
            ),
        ]
        permissions = [
            ("change_roles", "Can say what people may do"),
            ("unlock_user", "Can let somebody try to sign in again"),
            ("reset_factors", "Can take second factors from people who lost them"),
            ("end_sessions", "Can sign people out"),
        ]

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Set the password, and remember when."""
        super().set_password(raw_password)
        self.password_changed_at = clock.now()

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's is a plain attribute
        """Whether the person may sign in."""
        return self.state == self.State.ACTIVE

    @property
    def is_staff(self) -> bool:
        """Whether the person may use the admin site, if only for their own services."""
        return self.platform_admin or Role.SERVICE_MEMBER in self.roles

    def held_roles(self) -> frozenset[str]:
        """Return the roles that the person has now, those for a time among them."""
        now = clock.now()
        held = set(self.roles)
        held.update(
            role for role, end in self.temporary_roles.items() if datetime.fromisoformat(end) > now
        )
        if self.is_superuser:
            held.add(Role.ADMINISTRATOR)
        return frozenset(str(role) for role in held)

    @property
    def is_administrator(self) -> bool:
        """Whether the person may do everything."""
        return Role.ADMINISTRATOR in self.held_roles()

    def own_service_ids(self) -> frozenset[uuid.UUID]:
        """Return the services whose teams the person is in."""
        rows: Any = self.memberships
        return frozenset(rows.values_list("service_id", flat=True))
