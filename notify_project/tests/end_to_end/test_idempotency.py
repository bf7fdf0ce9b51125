"""One request, sent many times at once or again after a cut: one row, one delivery."""

import http.client
import json
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import jwt

from notify_project.tests.end_to_end.platform import eventually


def headers(platform, key):
    claims = {"iss": platform.service["id"], "iat": int(time.time())}
    token = jwt.encode(claims, platform.secrets["live"], "HS256")
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }


def body_of(platform, recipient):
    values = {"name": "Amala"}
    template = platform.template("email")
    message = {"email_address": recipient, "template_id": template, "personalisation": values}
    return json.dumps(message)


def post(platform, key, body):
    connection = http.client.HTTPConnection("127.0.0.1", platform.web_port, timeout=30)
    try:
        connection.request("POST", "/v2/notifications/email", body, headers(platform, key))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.getheader("Retry-After")
    finally:
        connection.close()


def post_until_answered(platform, key, body):
    """Post as a client does that obeys Retry-After."""
    while True:
        status, answer, retry_after = post(platform, key, body)
        if status != 409:
            return status, answer
        time.sleep(float(retry_after) / 10)


def received(platform, recipient):
    return [mail for mail in platform.received()["mails"] if recipient in json.dumps(mail)]


def rows(platform, recipient):
    return platform.sql("SELECT id FROM notifications WHERE normalised_to = %s", recipient)


def test_32_requests_at_once_make_one_row_and_one_delivery(platform):
    key, recipient = str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.org"
    body = body_of(platform, recipient)

    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: post_until_answered(platform, key, body), range(32)))

    assert {status for status, _ in answers} == {201}
    assert len({answer["id"] for _, answer in answers}) == 1
    assert len(rows(platform, recipient)) == 1
    eventually(lambda: received(platform, recipient), what="the delivery")
    time.sleep(2)  # a second one would come now
    assert len(received(platform, recipient)) == 1


def test_a_request_cut_before_its_answer_and_sent_again_makes_one_row(platform):
    key, recipient = str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.org"
    body = body_of(platform, recipient)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers(platform, key).items())
    head = f"POST /v2/notifications/email HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}"
    with socket.create_connection(("127.0.0.1", platform.web_port)) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    status, answer = post_until_answered(platform, key, body)

    assert status == 201
    assert [str(row[0]) for row in rows(platform, recipient)] == [answer["id"]]
