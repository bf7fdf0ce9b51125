"""What docs/api.md says about keys and errors is true."""

import re
import time
import uuid
from pathlib import Path

import jwt
import pytest

from deploy.make_token import make_token
from notify_project.documentation.errors import errors_of
from notify_project.documentation.operations import OPERATIONS

GUIDE = (Path(__file__).parents[3] / "docs/api.md").read_text()


def test_its_token_is_the_one_that_our_script_makes():
    code = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL).group(1)
    service_id, secret = str(uuid.uuid4()), str(uuid.uuid4())
    key = f"my-own-key-{service_id}-{secret}"
    names = {}

    exec(code, names)

    token = names["make_token"](key)
    claims = jwt.decode(token, secret, ["HS256"])
    assert claims["iss"] == service_id
    assert abs(claims["iat"] - time.time()) < 5
    assert jwt.decode(make_token(key), secret, ["HS256"])["iss"] == service_id


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_it_tells_what_to_do_about_every_error(operation):
    rows = [line for line in GUIDE.splitlines() if line.startswith("| ")]

    for status, names in errors_of(operation).items():
        for name in names:
            assert any(str(status) in row and f"`{name}`" in row for row in rows), (status, name)
