"""Who belongs to a service's team."""

from django.db import transaction

from notify_project import audit
from services.models import Service, ServiceUser, User
from services.read_models import forget_service


def add_member(service: Service, user: User, *, actor: User | None) -> bool:
    """Add a person to a team, and return whether that was new."""
    with transaction.atomic():
        _, is_new = ServiceUser.objects.get_or_create(service=service, user=user)
        if is_new:
            after = {"user": str(user.id)}
            audit.record("add member", service, actor=actor, service_id=service.id, after=after)
            forget_service(service.id)
    return is_new


def remove_member(service: Service, user: User, *, actor: User | None) -> bool:
    """Remove a person from a team, and return whether they were in it."""
    with transaction.atomic():
        removed, _ = ServiceUser.objects.filter(service=service, user=user).delete()
        if removed:
            before = {"user": str(user.id)}
            audit.record(
                "remove member", service, actor=actor, service_id=service.id, before=before
            )
            forget_service(service.id)
    return bool(removed)


def forget_member(user: User) -> None:
    """Drop what is remembered of a person's services: call when the person has changed."""
    for service_id in user.memberships.values_list("service_id", flat=True):
        forget_service(service_id)
