"""What it cost."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Configuration of the billing app."""

    name = "billing"
