"""Make the installation what a file says, all of it or nothing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from notify_project.api.errors import ApiError
from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone
from services.branding import logos
from services.giving_roles import set_roles
from services.members import forget_member
from services.models import Organisation, User
from services.roles import Role
from templates_app.configuration.branding_entries import (
    apply_branding,
    apply_letter_branding,
    switch_off,
)
from templates_app.configuration.declarations import (
    Configuration,
    DeclaredOrganisation,
    DeclaredUser,
)
from templates_app.configuration.number_entries import apply_number
from templates_app.configuration.report import Report
from templates_app.configuration.service_entries import apply_service
from templates_app.configuration.source import Entry, Place, read


def apply_file(
    source: bytes, *, dry_run: bool, environment: Mapping[str, str] | None = None
) -> Report:
    """Apply a file; with a problem, or as a dry run, everything is taken back.

    Args:
        source: the file's content.
        dry_run: only find out what would change.
        environment: where ``*_env`` fields look; the process's own unless given.
    """
    report = Report()
    configuration = read(source, Configuration, report.problems)
    if configuration is None:
        return report
    with transaction.atomic():
        run = _Application(report, os.environ if environment is None else environment)
        run.apply(configuration)
        if dry_run or report.problems:
            transaction.set_rollback(True)
        else:
            run.store_logos()
    report.problems.sort()
    return report


class _Application:
    """One run over a file, which goes on after a problem to find the others too."""

    def __init__(self, report: Report, environment: Mapping[str, str]) -> None:
        self.report = report
        self.environment = environment
        self.logos: dict[str, bytes] = {}

    def apply(self, configuration: Configuration) -> None:
        self._refuse_twins(configuration.users, "user", "email")
        self._refuse_twins(configuration.organisations, "organisation", "name")
        self._refuse_twins(configuration.inbound_numbers, "inbound number", "number")
        self._refuse_twins(configuration.email_brandings, "email branding", "name")
        self._refuse_twins(configuration.letter_brandings, "letter branding", "name")
        self._refuse_twins(configuration.services, "service", "name")
        for user in configuration.users:
            with self.noting(user.place):
                self._user(user)
                self._roles(user)
        for organisation in configuration.organisations:
            with self.noting(organisation.place):
                self._organisation(organisation)
        for number in configuration.inbound_numbers:
            with self.noting(number.place):
                apply_number(number, self.report)
        for branding in configuration.email_brandings:
            with self.noting(branding.place):
                self.logos |= apply_branding(branding, self.report)
        for letterhead in configuration.letter_brandings:
            with self.noting(letterhead.place):
                self.logos |= apply_letter_branding(letterhead, self.report)
        for service in configuration.services:
            apply_service(service, self)
        for branding in configuration.email_brandings:
            with self.noting(branding.place):
                switch_off(branding, self.report)

    def store_logos(self) -> None:
        """Store the files that the rows are about to name."""
        for name, content in self.logos.items():
            logos.store(name, content)

    @contextmanager
    def noting(self, place: Place) -> Iterator[None]:
        """Turn a refusal of a use case into a problem at a place, without what it had done."""
        try:
            with transaction.atomic():
                yield
        except ApiError as error:
            self.report.problem(place, error.message)

    def secret(self, name: str | None, place: Place, *, is_needed: bool) -> str | None:
        """Return the value of an environment variable that a field names.

        Args:
            name: of the variable; None when the file names none.
            place: of the field.
            is_needed: what it is for does not exist yet.
        """
        if name is None:
            return None
        value = self.environment.get(name)
        if not value and is_needed:
            self.report.problem(place, f"the environment variable {name} is not set")
        return value or None

    def _refuse_twins(self, entries: tuple[Entry, ...], what: str, field: str) -> None:
        seen: set[str] = set()
        for entry in entries:
            name = str(getattr(entry, field))
            if name.lower() in seen:
                self.report.problem(entry.places[field], f"the {what} {name} is declared twice")
            seen.add(name.lower())

    def _user(self, entry: DeclaredUser) -> None:
        email = entry.email.lower()
        user = User.objects.filter(email_address=email).first()
        self._refuse_contacts(entry, user)
        place = entry.places.get("password_env", entry.place)
        password = self.secret(entry.password_env, place, is_needed=user is None)
        self._refuse_password(password, user, place)
        state = User.State.ACTIVE if entry.active else User.State.INACTIVE
        if user is None:
            User.objects.create_user(
                email,
                password,
                name=entry.name,
                state=state,
                mobile_number=entry.mobile,
                platform_admin=entry.support,
                is_superuser=entry.support,
                roles=_roles_of_support(entry),
            )
            self.report.added(f'user "{entry.name}"')
            return
        wanted = {"name": entry.name}
        if entry.gives("mobile"):
            wanted["mobile_number"] = entry.mobile or ""
        if entry.gives("active"):
            wanted["state"] = state
        differences = {
            field: (getattr(user, field) or "", value)
            for field, value in wanted.items()
            if (getattr(user, field) or "") != value
        }
        if entry.gives("support") and user.platform_admin != entry.support:
            differences["support"] = (str(user.platform_admin), str(entry.support))
            user.platform_admin = user.is_superuser = entry.support
            user.roles = _roles_of_support(entry)
        if password and not user.check_password(password):
            user.set_password(password)
            differences["password"] = ("set", "changed")
        if differences:
            for field, value in wanted.items():
                setattr(user, field, value or None)
            user.save()
            forget_member(user)
            self.report.changed(f'user "{entry.name}"', differences)

    def _roles(self, entry: DeclaredUser) -> None:
        """Let the person have the roles that the file gives."""
        if not entry.gives("roles"):
            return
        if entry.gives("support"):
            self.report.problem(entry.places["roles"], "give roles or support, not both")
            return
        user = User.objects.get(email_address=entry.email.lower())
        before, roles = sorted(user.held_roles()), sorted(item.text for item in entry.roles)
        if set_roles(user, roles, actor=None, reason="as the configuration says"):
            change = {"roles": (", ".join(before), ", ".join(roles))}
            self.report.changed(f'user "{entry.name}"', change)

    def _refuse_contacts(self, entry: DeclaredUser, user: User | None) -> None:
        """Note an address or a number, new with this file, that nothing can be sent to."""
        try:
            if user is None:
                parse_email(entry.email)
        except InvalidEmail as error:
            self.report.problem(entry.places["email"], error.message)
        try:
            if entry.mobile and (user is None or entry.mobile != user.mobile_number):
                parse_phone(entry.mobile)
        except InvalidPhone as error:
            self.report.problem(entry.places["mobile"], error.message)

    def _refuse_password(self, password: str | None, user: User | None, place: Place) -> None:
        """Note a new password that people could not choose either."""
        if password is None or (user is not None and user.check_password(password)):
            return
        try:
            validate_password(password, user)
        except ValidationError as error:
            for message in error.messages:
                self.report.problem(place, message)

    def _organisation(self, entry: DeclaredOrganisation) -> None:
        organisation = Organisation.objects.filter(name=entry.name).first()
        if organisation is None:
            organisation = Organisation.objects.create(
                name=entry.name, organisation_type=entry.type
            )
            self.report.added(f'organisation "{entry.name}"')
        elif entry.gives("type") and organisation.organisation_type != entry.type:
            before = organisation.organisation_type
            organisation.organisation_type = entry.type
            organisation.save()
            self.report.changed(f'organisation "{entry.name}"', {"type": (before, entry.type)})
        self.report.ids["organisations"][entry.name] = {"id": str(organisation.id)}


def _roles_of_support(entry: DeclaredUser) -> list[str]:
    return [Role.ADMINISTRATOR.value] if entry.support else []
