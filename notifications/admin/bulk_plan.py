"""The form that plans a bulk action."""

from typing import Any, Final

from django import forms

from notifications.models import BulkAction, ProviderDetails
from notifications.statuses import WAITING
from notify_project.admin.reasons import WhyForm
from notify_project.constants import NotificationType

Act = BulkAction.Act

_LOOK: Final = {
    "class": "border border-base-200 rounded-default px-3 py-2 max-w-full dark:border-base-800"
}
_ANY: Final = ("", "any")
_TIME: Final = "%Y-%m-%dT%H:%M"


def time_field(label: str, *, required: bool) -> forms.DateTimeField:
    """Return a field for a time in London that is typed."""
    widget = forms.DateTimeInput({**_LOOK, "type": "datetime-local"}, format=_TIME)
    return forms.DateTimeField(
        label=label, required=required, widget=widget, input_formats=[_TIME, "%Y-%m-%dT%H:%M:%S"]
    )


class PlanForm(WhyForm):
    """What to do, to which messages, and why; times are London's."""

    act = forms.ChoiceField(label="What", choices=Act.choices, widget=forms.Select(_LOOK))
    service_id = forms.UUIDField(
        label="Service",
        required=False,
        widget=forms.TextInput(_LOOK),
        help_text="Its id. At least one of service, template and provider is given.",
    )
    template_id = forms.UUIDField(
        label="Template", required=False, widget=forms.TextInput(_LOOK), help_text="Its id."
    )
    provider = forms.ChoiceField(
        required=False,
        widget=forms.Select(_LOOK),
        help_text="Which has, or failed to take, the messages.",
    )
    notification_type = forms.ChoiceField(
        label="Type",
        required=False,
        choices=[_ANY, *NotificationType.choices],
        widget=forms.Select(_LOOK),
    )
    status = forms.ChoiceField(
        required=False,
        choices=[
            _ANY,
            *((each.value, each.label) for each in sorted(WAITING)),
            *((each, f"call: {each}") for each in ("given-up", "done", "dropped")),
        ],
        widget=forms.Select(_LOOK),
        help_text="Of messages; of calls how the telling ended. Any: whatever the act can change.",
    )
    since = time_field("Accepted from, London time", required=True)
    until = time_field("Accepted before, London time", required=False)
    field_order = (
        *("act", "service_id", "template_id", "provider", "notification_type", "status"),
        *("since", "until", "reason"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ProviderDetails.objects.order_by("identifier").values_list("identifier", flat=True)
        choices = [_ANY, *((name, name) for name in dict.fromkeys(names))]
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices
