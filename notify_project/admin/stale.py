"""Forms that notice what somebody else saved while their page was open."""

import json
from hashlib import sha256
from typing import Any, TypeVar, cast

from django import forms
from django.db.models import Model
from django.http import QueryDict

AnyModel = TypeVar("AnyModel", bound=Model)


class MergingForm(forms.ModelForm[AnyModel]):
    """A form that saves its writer's changes, and keeps those that others made meanwhile.

    The page carries a digest of each value that it showed. A value that its writer left alone stays
    what it has become; one that both changed is refused once, so that the writer can look at it.
    """

    shown = forms.JSONField(label="what the page showed", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:  # noqa: SLF001 - Django's way to tell
            self.fields.pop("shown", None)
        else:
            self.fields["shown"].initial = self._digests

    def merge(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return the values with what others saved meanwhile; refuse what both changed."""
        shown = cleaned.pop("shown", None)
        if not isinstance(shown, dict):
            return cleaned
        both = {}
        for name, now in self._digests().items():
            before = shown.get(name, now)
            if name not in cleaned or before == now or _digest(cleaned[name]) == now:
                continue
            if _digest(cleaned[name]) == before:
                cleaned[name] = self._value_now(name)
            else:
                both[name] = now
        for name in both:
            self.add_error(name, self.conflict())
        if both:
            # Who saves once more has been told.
            data = cast("QueryDict", self.data).copy()
            data[self.add_prefix("shown")] = json.dumps(shown | both)
            self.data = data
        return cleaned

    def differences(self) -> dict[str, Any]:
        """Return what is to be changed, and nothing that somebody else may have changed since."""
        now = self._digests()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in now and _plain(value) != self.initial.get(name)
        }

    def conflict(self) -> str:
        """Return what to say of a value that somebody else changed, too."""
        return "Somebody changed this meanwhile. Save again to replace it with what is here."

    def _digests(self) -> dict[str, str]:
        names = self.fields.keys() & self.initial.keys()
        return {name: _digest(self.initial[name]) for name in sorted(names)}

    def _value_now(self, name: str) -> Any:
        value = self.initial[name]
        field = self.fields[name]
        return field.clean(value) if isinstance(field, forms.ModelChoiceField) else value


def same_line_ends(text: str) -> str:
    """Return the text with the line ends of Unix; those of browsers are no change."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)


def _digest(value: Any) -> str:
    value = _plain(value)
    text = "" if value is None else same_line_ends(str(value))
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
