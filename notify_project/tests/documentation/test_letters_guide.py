"""What docs/letters.md shows of a printer's call is one that is taken."""

import json
import re
from pathlib import Path

from notifications.tests.receipts.letter_events import call

GUIDE = (Path(__file__).parents[3] / "docs/letters.md").read_text()


def test_the_printers_call_is_taken_as_it_is_shown(recorded_tasks):
    [shown] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    body = json.loads(shown)

    answer = call(body, body["data"]["jobId"])

    assert answer.status_code == 204
    assert recorded_tasks[0].args[1:3] == ("delivered", "2")
