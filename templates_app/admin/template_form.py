"""A template as people edit it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from notify_project.admin.names import cleaned_name
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.stale import MergingForm, same_line_ends
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import Service, ServiceLetterContact
from templates_app.changes.proposing import require_start
from templates_app.folder_paths import shown_paths_of
from templates_app.form_checks import require_no_commas, require_shown_on_phones
from templates_app.models import LetterLanguages, Template, TemplateFolder
from templates_app.permissions import require_may_create, require_may_update
from templates_app.validation import POSTAGES, QR_CODE_TOO_LONG, require_valid
from templates_app.versions import DEFAULT_POSTAGE

EDITABLE = ("name", "subject", "content", "process_type")
OF_EMAILS = ("has_unsubscribe_link",)
OF_LETTERS = (
    "postage",
    "letter_languages",
    "letter_welsh_subject",
    "letter_welsh_content",
)
# Of a letter that exists: before, it is not known whose blocks and folders to offer.
OF_SERVICE = ("service_letter_contact", "folder")
# Of a change that waits for its start.
OF_CHANGES = ("starts_at",)
_WORDS = {QR_CODE_TOO_LONG: "Cannot create a usable QR code - the link is too long"}


class TemplateForm(ReasonedForm, MergingForm[Template]):
    """A template as people edit it; each save that differs is a new version, and says why."""

    postage = forms.ChoiceField(
        choices=[(each, each.capitalize() + " class") for each in POSTAGES],
        initial=DEFAULT_POSTAGE,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    letter_languages = forms.ChoiceField(
        choices=LetterLanguages.choices,
        initial=LetterLanguages.ENGLISH,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="English only leaves the Welsh text out; earlier versions keep it.",
    )
    starts_at = forms.SplitDateTimeField(
        label="Change it later, at",
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="London time, at most a year ahead. Left empty, it changes as soon as it may.",
    )

    class Meta:
        model = Template
        fields: ClassVar[list[str]] = [
            "service",
            "template_type",
            *EDITABLE,
            *OF_EMAILS,
            *OF_LETTERS,
            *OF_SERVICE,
        ]
        widgets: ClassVar[dict[str, Any]] = {
            "subject": UnfoldAdminTextInputWidget,
            "letter_welsh_subject": UnfoldAdminTextInputWidget,
            "letter_welsh_content": UnfoldAdminTextareaWidget,
        }
        labels: ClassVar[dict[str, str]] = {
            "letter_welsh_subject": "Welsh subject",
            "letter_welsh_content": "Welsh content",
            "service_letter_contact": "Contact block",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template_type = self.instance.template_type or self.data.get("template_type", "")
        for name in ("content", "letter_welsh_content"):
            if name in self.fields:
                self.fields[name].strip = False  # type: ignore[attr-defined]  # of text fields
        if self.instance._state.adding:  # noqa: SLF001 - Django's way to tell
            for name in OF_CHANGES:
                self.fields.pop(name)
        else:
            if self.template_type != NotificationType.LETTER:
                for name in OF_LETTERS:
                    self.fields.pop(name, None)
            self._offer_what_the_service_has(self.instance.service)

    def clean_name(self) -> str:
        """Check the name as it will be kept."""
        return cleaned_name(self)

    def clean(self) -> dict[str, Any]:
        """Check what the use cases check, before anything is saved."""
        cleaned = super().clean() or {}
        self._leave_out_what_is_not_of_the_type(cleaned)
        for name in ("content", "letter_welsh_content"):
            cleaned[name] = self._with_its_own_line_ends(name, cleaned.get(name))
        cleaned = self.merge(cleaned)
        if self.instance.archived:
            self.add_error(None, ValidationError("Template has been deleted"))
        self._check("starts_at", require_start, cleaned.get("starts_at"))
        if not self.errors.keys() - {"reason"}:
            self._check_values(dict(cleaned))
        return cleaned

    def conflict(self) -> str:
        """Name the version that the others' changes are in."""
        return (
            f"Somebody saved version {self.instance.version} meanwhile, which changes this, too. "
            "Look at it, then save again to replace it with what is here."
        )

    def _check_values(self, values: dict[str, Any]) -> None:
        row = Template(template_type=self.template_type, service_id=self.instance.service_id)
        for name, value in values.items():
            setattr(row, name, value)
        self._check(None, self._require_permission, values.get("service"))
        self._check(None, require_valid, row)
        self._check("content", require_no_commas, row.content)
        self._check("letter_welsh_content", require_no_commas, row.letter_welsh_content)
        if self.template_type == NotificationType.SMS:
            self._check("content", require_shown_on_phones, row.content)

    def _offer_what_the_service_has(self, service: Service) -> None:
        if "service_letter_contact" in self.fields:
            blocks = ServiceLetterContact.objects.filter(service=service, archived=False)
            self._choices("service_letter_contact").queryset = blocks.order_by("contact_block")
            block = self.instance.service_letter_contact
            if block is not None and block.archived:
                self.initial["service_letter_contact"] = None
        if "folder" in self.fields:
            field = self._choices("folder")
            field.queryset = TemplateFolder.objects.filter(service=service)
            field.choices = [("", "Top level"), *shown_paths_of([service.id]).items()]

    def _choices(self, name: str) -> Any:
        return self.fields[name]

    def _leave_out_what_is_not_of_the_type(self, cleaned: dict[str, Any]) -> None:
        """Give a type what it must not have as null: an empty field is not."""
        if self.template_type == NotificationType.SMS:
            cleaned["subject"] = None
        if self.template_type != NotificationType.EMAIL:
            cleaned["has_unsubscribe_link"] = False
        if self.template_type != NotificationType.LETTER:
            cleaned.update(dict.fromkeys(OF_LETTERS))
        elif cleaned.get("letter_languages") == LetterLanguages.ENGLISH:
            cleaned["letter_welsh_subject"] = cleaned["letter_welsh_content"] = None

    def _with_its_own_line_ends(self, name: str, value: str | None) -> str | None:
        """Return the text as it was if only its line ends differ, as those of browsers do."""
        before = self.initial.get(name)
        same = before and value and same_line_ends(before) == same_line_ends(value)
        return before if same else value

    def _require_permission(self, service: Service | None) -> None:
        if service is None:
            require_may_update(self.instance)
        else:
            require_may_create(service.id, self.template_type)

    def _check(self, field: str | None, require: Callable[[Any], None], value: Any) -> None:
        try:
            require(value)
        except ApiError as error:
            words = _WORDS.get(error.message, error.message)
            self.add_error(field, ValidationError(words))
