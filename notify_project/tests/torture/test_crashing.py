"""The points at which processes kill themselves are put around functions that are there."""

import importlib

import pytest

from notify_project.tests.torture.crashing import POINTS


@pytest.mark.parametrize("point", POINTS, ids=lambda each: each.slug)
def test_every_point_is_a_function_of_the_product(point):
    assert callable(getattr(importlib.import_module(point.module), point.function, None))
