"""A caller of the platform who knows every key of the contract's world."""

import json
import re
import time
import uuid
import warnings
from urllib.parse import urlsplit

import jwt
import requests  # noqa: TID251 - this is a caller, not the platform
from jwt.warnings import InsecureKeyLengthWarning

from notify_project.tests.described import require_described
from notify_project.tests.end_to_end.contract_cases import (
    BASES,
    PATHS,
    compute,
    holds,
    value_at,
)

TIMEOUT_SECONDS = 30
JSON = "application/json"


class Caller:
    """Ask what a case asks, and compare the answer with what the case says."""

    def __init__(self, address: str, *, ids: dict, keys: dict) -> None:
        self.address = address
        self.ids = dict(ids)
        self.keys = keys
        self.session = requests.Session()
        self.session.trust_env = False

    def answers(self, case: dict) -> list[requests.Response]:
        """Return the answers to a case: several if it has variants."""
        if "before" in case:
            earlier = self.ask(case["before"])
            assert earlier.status_code == 201, earlier.text
            self.ids["EARLIER"] = earlier.json()["id"]
        if "authorizations" in case:
            return [self.ask(case, header) for header in case["authorizations"]]
        if "variants" in case:
            return [self.ask({**case, "changes": each}) for each in case["variants"]]
        return [self.ask(case)]

    def ask(self, case: dict, authorization="Bearer {TOKEN}") -> requests.Response:
        """Send one request."""
        method, path = self._method_and_path(case)
        data = self._data(case)
        headers = dict(case.get("headers", {}))
        content_type = case.get("content_type", JSON if data is not None else None)
        if content_type:
            headers["Content-Type"] = content_type
        if case.get("key", "K_LIVE") and authorization:
            token = self.token(case) if "{TOKEN}" in authorization else ""
            headers["Authorization"] = authorization.replace("{TOKEN}", token)
        return self.session.request(
            method,
            f"{self.address}{path}",
            data=data,
            headers=headers,
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )

    def get(self, path: str, key: str | None = "K_LIVE") -> requests.Response:
        """GET a path."""
        return self.ask({"request": f"GET {path}", "key": key})

    def token(self, case: dict) -> str:
        """Return a token as the case wants it; other libraries would refuse to make some."""
        key = self.keys[case.get("key", "K_LIVE")]
        claims = {"iss": key["service_id"], "iat": int(time.time())}
        claims |= compute(case.get("claims", {}), self.ids)
        for name in case.get("without_claims", []):
            del claims[name]
        algorithm = case.get("algorithm", "HS256")
        secret = str(uuid.uuid4()) if case.get("secret") == "another" else key["secret"]
        signer = None if algorithm == "none" else secret
        with warnings.catch_warnings():
            # HS512 wants a longer secret than the keys have.
            warnings.simplefilter("ignore", InsecureKeyLengthWarning)
            return jwt.api_jws.encode(
                json.dumps(claims).encode(), signer, algorithm, headers=case.get("token_header")
            )

    def _method_and_path(self, case):
        if "send" in case:
            return "POST", f"/v2/notifications/{PATHS.get(case['send'], case['send'])}"
        method, _, path = case["request"].partition(" ")
        return method, compute(path, self.ids)

    def _data(self, case):
        if "send" in case:
            body = {**BASES[case["send"]], **case.get("changes", {})}
            for name in case.get("without", []):
                del body[name]
            return json.dumps(compute(body, self.ids)).encode()
        if "raw" in case:
            return case["raw"].encode()
        return json.dumps(compute(case["body"], self.ids)).encode() if "body" in case else None

    def require(self, case: dict, answer: requests.Response) -> None:
        """Compare an answer with what its case says."""
        assert answer.status_code == case["status"], answer.text[:1000]
        path = urlsplit(answer.url).path
        if path.startswith("/v2/"):
            require_described(answer, answer.request.method, path)
        assert answer.headers["Content-Type"] == case.get("content_type_of_answer", JSON)
        for name in case.get("headers_present", []):
            assert answer.headers[name]
        if "content_type_of_answer" in case:
            assert answer.content.startswith(b"%PDF-")
            return
        body = answer.json()
        if "errors" in case:
            assert body == self._envelope(case)
        if "exactly" in case:
            assert body == case["exactly"]
        if "only" in case:
            assert sorted(body) == sorted(case["only"])
        self._require_fields(case, body)

    def _envelope(self, case):
        errors = [
            error if isinstance(error, dict) else {"error": error[0], "message": error[1]}
            for error in compute(case["errors"], self.ids)
        ]
        envelope = {"status_code": case["status"], "errors": errors}
        if case.get("old_shape"):
            envelope |= {"result": "error", "message": errors[0]["message"]}
        return envelope

    def _require_fields(self, case, body):
        for path, expected in case.get("expect", {}).items():
            assert value_at(body, path) == compute(expected, self.ids), path
        for path, pattern in case.get("matches", {}).items():
            assert re.search(compute(pattern, self.ids), value_at(body, path)), value_at(body, path)
        for path in case.get("present", []):
            assert value_at(body, path), path
        for path in case.get("absent", []):
            assert not holds(body, path), path
        if "items" in case:
            found = [item["id"] for item in body[case["in_list"]]]
            names = {row_id: name for name, row_id in self.ids.items()}
            assert [names.get(each, each) for each in found] == case["items"]
