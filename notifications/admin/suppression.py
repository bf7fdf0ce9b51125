"""Addresses that a service's ordinary emails do not go to."""

import uuid
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import CharField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from notifications.models import SuppressedRecipient
from notifications.suppression.entries import lift, suppress
from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import Question, chosen, confirm
from notify_project.admin.links import find_url
from notify_project.admin.london import created_column
from notify_project.admin.pages import BoundedPaginator, UseCaseAdmin
from notify_project.admin.reasons import WhyForm
from notify_project.admin.tables import link
from notify_project.admin.words import WordsFilter, word_column
from notify_project.recipients.email import InvalidEmail, parse_email
from services.models import User


class SuppressForm(WhyForm, ModelForm[SuppressedRecipient]):
    """An address that is not on the list yet, and why it is to be."""

    email_address = CharField(max_length=320, widget=UnfoldAdminTextInputWidget)
    field_order = ("email_address", "reason")

    class Meta:
        model = SuppressedRecipient
        fields: ClassVar[list[str]] = ["service"]

    def clean_reason(self) -> str:
        """Want one that does not name whom it is about."""
        self.naming = [self.cleaned_data.get("email_address", "")]
        return super().clean_reason()

    def _get_validation_exclusions(self) -> set[str]:
        """Check nothing of the column `reason`, which says how an entry came, not why."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # of forms
        return excluded | {"reason"}


@admin.register(SuppressedRecipient)
class SuppressedRecipientAdmin(AsksWhy, UseCaseAdmin[SuppressedRecipient]):
    """Found by the exact address or service; the address only with the right to see it."""

    service_path = "service"
    form = SuppressForm
    paginator = BoundedPaginator
    show_full_result_count = False
    list_display = ["created", "service", "why_listed", "message"]
    readonly_fields: ClassVar[list[str]] = ["why_listed", "message"]
    list_filter = [("reason", WordsFilter)]
    list_select_related = ["service"]
    # Makes the search box appear; get_search_results does the search.
    search_fields = ["id"]
    search_help_text = "An email address, or the id of a service, an entry or a notification."
    ordering = ["-created_at", "-id"]
    autocomplete_fields = ["service"]
    actions = ["lift_suppressions"]
    fields: ClassVar[list[str]] = ["service", "email_address", "reason"]

    created = created_column("listed, in London")
    why_listed = word_column("reason", "reason")

    @admin.display(description="message")
    def message(self, row: SuppressedRecipient) -> SafeString | str:
        """Lead to the message that did not arrive, if there was one."""
        if row.notification_id is None:
            return "none"
        return link(find_url("admin-find", q=row.notification_id), row.notification_id)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show more of an entry than is asked for a new one."""
        if obj is None:
            return self.fields
        shown = ["id", "service", "why_listed", "message", "created_by", "created_at"]
        if request.user.has_perm("notifications.view_recipient"):
            shown.insert(2, "recipient")
        return shown

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Entries are made and lifted, not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Entries are lifted with a reason."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SuppressedRecipient], search_term: str
    ) -> tuple[QuerySet[SuppressedRecipient], bool]:
        """Find by one exact value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if "@" in term:
            return queryset.filter(id__in=self._of_address(request, term).values("id")), False
        try:
            wanted = uuid.UUID(term)
        except ValueError:
            return queryset.none(), False
        found = Q(id=wanted) | Q(service_id=wanted) | Q(notification_id=wanted)
        return queryset.filter(found), False

    def _of_address(self, request: HttpRequest, term: str) -> QuerySet[SuppressedRecipient]:
        if not request.user.has_perm("notifications.view_recipient"):
            return SuppressedRecipient.objects.none()
        try:
            return SuppressedRecipient.objects.of_addresses([parse_email(term).normalised])
        except InvalidEmail:
            return SuppressedRecipient.objects.none()

    def save_model(
        self,
        request: HttpRequest,
        obj: SuppressedRecipient,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Put the address on the list."""
        given = form.cleaned_data
        row = suppress(
            given["service"],
            given["email_address"],
            actor=cast("User", request.user),
            reason=given["reason"],
        )
        obj.pk = row.pk

    @admin.action(description="Take off the list", permissions=["add"])
    def lift_suppressions(
        self, request: HttpRequest, queryset: QuerySet[SuppressedRecipient]
    ) -> HttpResponse:
        """Ask why first; then let emails go there again."""
        rows = list(queryset)
        question = Question(
            title="Take these off the list?",
            button="Take off",
            consequences=["Emails of their services go to these addresses again."],
            # With the filters of the list.
            back=request.get_full_path(),
            naming=[row.recipient for row in rows if row.recipient],
            hidden=chosen("lift_suppressions", rows),
            rows=rows,
        )

        def do(reason: str) -> str:
            for row in rows:
                lift(row, actor=cast("User", request.user), reason=reason)
            return f"Took {len(rows)} off the list."

        return confirm(self, request, question, do)
