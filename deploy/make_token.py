"""Print a token for one API call: ``python deploy/make_token.py API-KEY``.

Source: the API contract, authentication: HS256 over the service's id and the time of issue.
"""

from __future__ import annotations

import sys
import time

import jwt

UUID_LENGTH = 36


def make_token(api_key: str) -> str:
    """Return a token that is valid for some seconds.

    Raises:
        ValueError: this is no API key.
    """
    secret = api_key[-UUID_LENGTH:]
    service_id = api_key[-2 * UUID_LENGTH - 1 : -UUID_LENGTH - 1]
    if len(service_id) != UUID_LENGTH:
        raise ValueError("An API key is NAME-SERVICE_ID-SECRET.")
    return jwt.encode({"iss": service_id, "iat": int(time.time())}, secret, algorithm="HS256")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: make_token.py API-KEY")
    try:
        print(make_token(sys.argv[1]))
    except ValueError as error:
        sys.exit(str(error))
