"""Compare live answers with the API's own description."""

import re
from functools import cache

from jsonschema import Draft202012Validator

from notify_project.documentation.document import document

DESCRIBED = document("http://testserver")
REFUSED = {400, 401, 403, 404, 405, 413, 429, 500, 503}


def require_described(response, method, path):
    """Require that the description foresees an answer, to the last field."""
    name = described_path(path)
    operation = DESCRIBED["paths"].get(name, {}).get(method.lower())
    if operation is None:
        _require_refused(response, method, path)
        return
    status = str(response.status_code)
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    assert status in operation["responses"], f"{method} {path}: {status} is not described"
    content = operation["responses"][status].get("content", {})
    assert kind in content or not content, f"{method} {path}: {status} as {kind} is not described"
    if kind == "application/json":
        errors = _validator(name, method.lower(), status).iter_errors(response.json())
        wrong = [f"{error.json_path}: {error.message}" for error in errors]
        assert not wrong, f"{method} {path}: {status} is not as described: {wrong}"


def described_path(path):
    """Return the path of the description that a request's path fits, the plainest first."""
    path = path.partition("?")[0]
    return next((name for fits, name in _patterns() if fits(path)), None)


@cache
def _patterns():
    names = sorted(DESCRIBED["paths"], key=lambda name: name.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", name)).fullmatch, name) for name in names]


@cache
def _validator(name, method, status):
    content = DESCRIBED["paths"][name][method]["responses"][status]["content"]
    schema = content["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": DESCRIBED["components"]})


def _require_refused(response, method, path):
    """Require that what is not described is refused in the shape of all errors."""
    if method in {"OPTIONS", "HEAD"}:
        return
    assert response.status_code in REFUSED, f"{method} {path} is not described"
    body = response.json()
    assert body["status_code"] == response.status_code
    assert all(set(each) == {"error", "message"} for each in body["errors"])
