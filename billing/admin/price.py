"""Prices: added beside those there are; those in force are shown and stay."""

from copy import deepcopy
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSingleDateWidget

from billing.models import LetterRate, Rate
from billing.price_changes import apply_prices, row_of
from billing.price_list import LetterPrice, Price, TextPrice
from notify_project import clock
from notify_project.admin.asking import AsksWhy
from notify_project.admin.pages import AnyModel, UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.clock import london_day
from services.models import User

_SAVED_HERE = "A price holds from the start of this London day until the next one of its kind."


class PriceForm(ReasonedForm, forms.ModelForm[AnyModel]):
    """A price, the day on which it begins, and why."""

    day = forms.DateField(
        label="From", widget=UnfoldAdminSingleDateWidget, required=True, help_text=_SAVED_HERE
    )


class _PriceAdmin(AsksWhy, UseCaseAdmin[AnyModel]):
    """What pages of prices share: they are added, and changed until they begin."""

    def price_of(self, row: Any, given: dict[str, Any]) -> Price:
        """Return the price that a form asks for."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Change a price only while it has not begun."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or _begins_on(obj) > clock.london_today())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep prices: bills are made of them."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let only the price itself change, not what it is for."""
        return [] if obj is None else [name for name in self.get_kind() if name != "day"]

    def get_kind(self) -> list[str]:
        """Return the fields that say what a price is for."""
        return []

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        """Show on what day a price begins; only a new one can choose."""
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and "day" in form.base_fields:
            # A copy: the form of a new price has the same field.
            day = form.base_fields["day"] = deepcopy(form.base_fields["day"])
            day.initial, day.disabled = _begins_on(obj), True
        return form

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        price = self.price_of(obj, form.cleaned_data)
        apply_prices([price], actor=cast("User", request.user))
        obj.pk = row_of(price).pk
        obj.refresh_from_db()


@admin.register(Rate)
class RateAdmin(_PriceAdmin[Rate]):
    """What a fragment of a text costs."""

    form = PriceForm[Rate]
    list_display: ClassVar[list[str]] = ["begins_on", "rate"]
    ordering: ClassVar[list[str]] = ["-valid_from"]
    fields: ClassVar[list[str]] = ["day", "rate", "reason"]

    @admin.display(description="from", ordering="valid_from")
    def begins_on(self, rate: Rate) -> Any:
        """Show London's day, whatever the hour is elsewhere."""
        return _begins_on(rate)

    def price_of(self, row: Rate, given: dict[str, Any]) -> Price:
        """Return the price that the form asks for."""
        return TextPrice(given["day"], row.rate)


@admin.register(LetterRate)
class LetterRateAdmin(_PriceAdmin[LetterRate]):
    """What a letter costs, by sheets, class of postage and sender."""

    form = PriceForm[LetterRate]
    list_display: ClassVar[list[str]] = [
        "begins_on",
        "ends_on",
        "post_class",
        "sheet_count",
        "crown",
        "rate",
    ]
    list_filter: ClassVar[list[Any]] = [
        "post_class",
        "sheet_count",
        "crown",
        ("end_date", admin.EmptyFieldListFilter),
    ]
    ordering: ClassVar[list[str]] = ["-start_date", "post_class", "-crown", "sheet_count", "id"]
    fields: ClassVar[list[str]] = ["day", "post_class", "crown", "sheet_count", "rate", "reason"]

    @admin.display(description="from", ordering="start_date")
    def begins_on(self, rate: LetterRate) -> Any:
        """Show London's day, whatever the hour is elsewhere."""
        return _begins_on(rate)

    @admin.display(description="until", ordering="end_date", empty_value="")
    def ends_on(self, rate: LetterRate) -> Any:
        """Show the first London day that costs something else."""
        return rate.end_date and london_day(rate.end_date)

    def get_kind(self) -> list[str]:
        """Return the fields that say what a price is for."""
        return ["post_class", "crown", "sheet_count"]

    def price_of(self, row: LetterRate, given: dict[str, Any]) -> Price:
        """Return the price that the form asks for."""
        return LetterPrice(given["day"], row.rate, row.sheet_count, row.crown, row.post_class)


def _begins_on(row: Model) -> Any:
    begin = row.valid_from if isinstance(row, Rate) else cast("LetterRate", row).start_date
    return london_day(begin)
