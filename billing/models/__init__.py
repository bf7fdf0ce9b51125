"""Rates, allowances, budgets, and the daily facts that bills are made of."""

from billing.models.allowance import AnnualBilling, DefaultAnnualAllowance
from billing.models.budget import Budget, BudgetAlert
from billing.models.facts import FactBilling
from billing.models.rates import LetterRate, Rate

__all__ = [
    "AnnualBilling",
    "Budget",
    "BudgetAlert",
    "DefaultAnnualAllowance",
    "FactBilling",
    "LetterRate",
    "Rate",
]
