"""What it cost."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Configuration of the billing app."""

    name = "billing"

    def ready(self) -> None:
        """Answer what the notifications app asks about money; give new services an allowance."""
        from billing.allowances import start_allowance  # noqa: PLC0415 - needs the models
        from billing.rates import letter_rate_of, sms_rate_of  # noqa: PLC0415 - needs the models
        from billing.usage import free_fragments_left  # noqa: PLC0415 - needs the models
        from notifications import hooks  # noqa: PLC0415
        from services.hooks import service_created  # noqa: PLC0415

        hooks.sms_rate.connect(sms_rate_of)
        hooks.letter_rate.connect(
            lambda letter: letter_rate_of(letter.day, letter.sheets, letter.postage, letter.crown)
        )
        hooks.free_fragments_left.connect(free_fragments_left)
        service_created.connect(start_allowance)
