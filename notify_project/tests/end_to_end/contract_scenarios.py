"""The contract's cases that take more than one request, each a function of its name."""

import uuid

from notify_project.tests.end_to_end.platform import eventually

PATIENCE_SECONDS = 40


class Scenarios:
    """What a caller, the platform behind the answers and a service's listener see together."""

    def __init__(self, caller, platform, listener) -> None:
        self.caller = caller
        self.platform = platform
        self.listener = listener

    def three_pages(self):
        """Follow the links through more messages than fit on a page."""
        sizes, path = [], "/v2/notifications"
        seen = set()
        while path:
            body = self.caller.get(path, "K_PAGES").json()
            sizes.append(len(body["notifications"]))
            seen |= {item["id"] for item in body["notifications"]}
            link = body["links"].get("next")
            path = link and link.removeprefix(self.caller.ids["API_URL"])
        assert (sizes, len(seen)) == ([250, 6, 0], 256)

    def unsubscribing(self):
        answer = self._post(self._unsubscribe_path())

        assert self._said(answer) == (200, SUCCESS)
        assert self._unsubscribed() == 1

    def unsubscribing_twice(self):
        path = self._unsubscribe_path()
        self._post(path)

        answer = self._post(
            path,
            raw="List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )

        assert self._said(answer) == (200, SUCCESS)
        assert self._unsubscribed() == 1

    def looking_at_an_unsubscribe_link(self):
        answer = self.caller.get(self._unsubscribe_path(), None)

        assert answer.status_code == 405
        assert self._unsubscribed() == 0

    def unsubscribing_with_another_token(self):
        path = self._unsubscribe_path()
        token = path.rpartition("/")[2]
        wrong = path.replace(token, token[::-1])
        assert wrong != path

        answer = self._post(wrong)

        message = {"unsubscribe request": "This is not a valid unsubscribe link."}
        assert self._said(answer) == (404, {"result": "error", "message": message})
        assert self._unsubscribed() == 0

    def _unsubscribe_path(self):
        sent = self.caller.ask({"send": "email", "changes": {"template_id": "T_EMAIL_UNSUBSCRIBE"}})
        self.sent_id = sent.json()["id"]
        shown = self.caller.get(f"/v2/notifications/{self.sent_id}").json()
        url = shown["one_click_unsubscribe_url"]
        host = self.caller.ids["API_URL"]
        assert url.startswith(f"{host}/unsubscribe/{self.sent_id}/")
        return url.removeprefix(host)

    def _unsubscribed(self):
        counted = "SELECT count(*) FROM unsubscribe_requests WHERE notification_id = %s"
        return self.platform.sql(counted, self.sent_id)[0][0]

    def _post(self, path, **options):
        return self.caller.ask({"request": f"POST {path}", "key": None, **options})

    @staticmethod
    def _said(answer):
        return answer.status_code, answer.json()

    def a_callback_that_always_fails(self):
        sent_id = self._send_to("always_failing")

        state = self._finished(sent_id)

        assert state == ("given-up", 6)
        assert self.listener.count("always_failing", sent_id) == 6

    def a_callback_that_is_not_found(self):
        sent_id = self._send_to("not_found")

        state = self._finished(sent_id)

        assert state == ("given-up", 1)
        assert self.listener.count("not_found", sent_id) == 1

    def a_callback_that_is_slow(self):
        """The listener takes six seconds for the first call and none for the next."""
        sent_id = self._send_to("slow")

        state = self._finished(sent_id)

        assert state == ("done", 2)
        first, second = self.listener.times("slow", sent_id)
        assert second - first > 5

    def a_simulated_temporary_failure(self):
        sent_id = self._send_to("willing", phone_number="07700900003")

        self._shown_as(sent_id, "temporary-failure", "K_TOLD_WILLING_TEST")
        assert self._finished(sent_id) == ("done", 1)
        told = self.listener.told("willing", sent_id)
        assert [body["status"] for body in told] == ["temporary-failure"]

    def a_simulated_permanent_failure(self):
        sent = self.caller.ask(
            {
                "send": "email",
                "key": "K_LIVE_TEST",
                "changes": {"email_address": "perm-fail@simulator.notify"},
            }
        )

        self._shown_as(sent.json()["id"], "permanent-failure", "K_LIVE_TEST")

    def a_simulated_delivery(self):
        reference = str(uuid.uuid4())
        sent = self.caller.ask(
            {"send": "sms", "key": "K_LIVE_TEST", "changes": {"reference": reference}}
        )
        sent_id = sent.json()["id"]

        self._shown_as(sent_id, "delivered", "K_LIVE_TEST")
        assert sent_id not in {text["cid"] for text in self.platform.received()["texts"]}

    def _send_to(self, listener, **changes):
        """Send a text that ends quickly and whose service listens, and return its id."""
        name = f"TOLD_{listener.upper()}"
        changes = {"template_id": f"T_SMS_{name}", **changes}
        sent = self.caller.ask({"send": "sms", "key": f"K_{name}_TEST", "changes": changes})
        assert sent.status_code == 201, sent.text
        return sent.json()["id"]

    def _finished(self, sent_id):
        found = "SELECT state, attempts FROM callback_deliveries WHERE subject_id = %s"
        rows = eventually(
            lambda: (
                (rows := self.platform.sql(found, sent_id))
                and all(state != "waiting" for state, _ in rows)
                and rows
            ),
            seconds=PATIENCE_SECONDS,
            what="the end of a callback",
        )
        [row] = rows
        return row

    def _shown_as(self, sent_id, status, key):
        eventually(
            lambda: self.caller.get(f"/v2/notifications/{sent_id}", key).json()["status"] == status,
            what=status,
        )


SUCCESS = {"result": "success", "message": "Unsubscribe successful"}
