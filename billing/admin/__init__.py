"""The pages of the billing app."""

from billing.admin import allowance, budget, fact, price

__all__ = ["allowance", "budget", "fact", "price"]
