"""What docs/configuration.md shows is true."""

import re
from pathlib import Path

import pytest

from services.models import Service
from templates_app.tests.configuration.conftest import SECRET

GUIDE = (Path(__file__).parents[3] / "docs/configuration.md").read_text()


def test_the_whole_file_of_the_guide_can_be_applied(run):
    [text] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    names = re.findall(r"\w+_env: (\w+)", text)
    given = dict.fromkeys(names, "a long enough secret") | {"LIBRARIES_TEST_KEY": SECRET}

    report = run(text, environment=given)

    assert report.problems == []
    assert Service.objects.get(name="Libraries").contact_link == "https://example.org/help"
    assert run(text, environment={}).changes == []


@pytest.mark.parametrize("example", re.findall(r"services\.yaml:\d+:\d+: (.*)", GUIDE))
def test_the_problems_in_the_guide_are_worded_like_ours(problems, example):
    text = "services: [{name: A, permission: [sms], templates: [{name: B, type: fax, content: C}]}]"

    assert example in [each.partition(": ")[2] for each in problems(text)]
