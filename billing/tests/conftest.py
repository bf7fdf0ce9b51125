"""Prices and allowances as a new installation has them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from billing.rates import forget_rates

SEEDS = (
    ("billing.migrations.0003_starting_prices", "insert_prices"),
    ("billing.migrations.0005_starting_allowances", "insert_allowances"),
)


@pytest.fixture
def price_list(db):
    """Insert what the migrations insert, which tests of several connections have emptied."""
    forget_rates()
    for module, function in SEEDS:
        getattr(import_module(module), function)(apps, connection.schema_editor())
    yield
    forget_rates()
