"""The platform is broken in every way for a few seconds each; ``make torture`` takes longer."""

import pytest

from notify_project.tests.end_to_end.platform import prepared_for_all
from notify_project.tests.torture.report import wrong
from notify_project.tests.torture.runner import run
from notify_project.tests.torture.scenarios import all_scenarios
from notify_project.tests.torture.world import a_world

# Those with a clock of their own need a platform of their own.
SHORT = [each for each in all_scenarios() if each.short is not None and each.clock is None]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    prepared = prepared_for_all(tmp_path_factory)
    with a_world(tmp_path_factory.mktemp("torture"), seed=1, prepared=prepared) as world:
        yield world


@pytest.mark.parametrize("scenario", SHORT, ids=lambda each: each.name)
def test_nothing_is_lost_and_nothing_is_sent_twice(world, scenario):
    row = run(world, scenario, scenario.short)

    assert row.verdict.messages > 0
    assert wrong(row) == []
