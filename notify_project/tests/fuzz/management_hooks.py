"""What schemathesis cannot know of the management API: a token, and what exists.

Only valid values are replaced, so what is generated as wrong stays wrong. How each operation was
answered is written down when the run ends.
"""

import atexit
import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

from notify_project.tests.fuzz import real

# How often an operation is asked about things that exist.
SHARE = 0.7
NOBODY = "00000000-0000-4000-8000-000000000000"
TOKEN = real.WORLD["token"]
answers: dict[str, Counter] = defaultdict(Counter)


@schemathesis.auth(refresh_interval=None)
class Token:
    """The token of somebody who may do everything."""

    def get(self, case, context):
        return TOKEN

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


schemathesis.openapi.format(
    "email", st.from_regex(r"\A[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}@([a-z0-9]{1,9}\.){1,3}(uk|org)\Z")
)
schemathesis.openapi.format("uri", st.from_regex(r"\Ahttps://8\.8\.8\.8/[A-Za-z0-9?=&%20]{0,9}\Z"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Name what exists, where something valid was given."""
    given = case.path_parameters or {}
    is_plausible = all(_may_exist(*each) for each in given.items())
    if given and is_plausible and real.chance(SHARE):
        case.path_parameters.update(real.path_parameters(case.operation.path))
    for name, value in given.items():
        # Ids of answers are asked with, too; without its own token nothing more would be found.
        if value in real.WORLD["spared"]:
            case.path_parameters[name] = NOBODY
    is_positive = case.meta is not None and case.meta.generation.mode.is_positive
    if is_positive and case.query:
        case.query.update(real.query_of(case.operation.path, case.query))
    if isinstance(case.body, dict) and real.chance(SHARE):
        case.body = _real_body(dict(case.body), case.operation.path)
        if is_positive:
            case.body |= real.rules_of(case.operation.path, case.body)
            whole = real.whole_body(case.operation.path)
            case.body = case.body if whole is None else whole


def _may_exist(name, value):
    # Which words there are is not described.
    return real.is_uuid(value) or name in {"notification_type", "page"}


def _real_body(body, path):
    for name in ("organisation", "service"):
        if real.is_uuid(body.get(name)):
            body[name] = real.WORLD[name]
    return body


@schemathesis.hook
def after_call(context, case, response):
    """Count the answer."""
    answers[f"{case.method.upper()} {case.operation.path}"][response.status_code] += 1


@atexit.register
def _write_down() -> None:
    Path(os.environ["FUZZ_ANSWERS"]).write_text(json.dumps(answers))
