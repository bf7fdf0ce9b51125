"""The pages of the billing app."""

from billing.admin import allowance, budget, fact, price, report

__all__ = ["allowance", "budget", "fact", "price", "report"]
