"""What support staff do to one message, on its page."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from notifications.admin.letter_steps import LetterSteps
from notifications.models import Notification
from notifications.support import acts
from notify_project import clock
from notify_project.admin.confirming import Question


class Acts(LetterSteps):
    """A page of a message, with what can be done to it as it stands."""

    actions_detail: ClassVar[list[str]] = [
        *LetterSteps.actions_detail,
        *("send_now", "tell_again", "mark_failed"),
    ]

    def has_send_now_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only of what waits for its next attempt."""
        return self._may_act(
            request,
            object_id,
            "replay_notification",
            _why_not_now,
        )

    def has_tell_again_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only of what its service was told."""
        return self._may_act(
            request, object_id, "change_callbackdelivery", lambda row: acts.why_not_told(row.id)
        )

    def has_mark_failed_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only of what has no outcome."""
        return self._may_act(
            request,
            object_id,
            "fail_notification",
            lambda row: acts.why_not_failed(row, clock.now()),
        )

    @action(description="Send now", url_path="send-now", permissions=["send_now"])  # type: ignore[untyped-decorator]
    def send_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do not wait for the next attempt."""
        line = "A worker tries it in a moment, and does not wait for the time of its next attempt."
        return self._act(request, object_id, "Send now", acts.send_now, lines=[line])

    @action(description="Tell service again", url_path="tell-again", permissions=["tell_again"])  # type: ignore[untyped-decorator]
    def tell_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the calls about it again."""
        line = "Its service is called again, with the body of then and the address of now."
        return self._act(request, object_id, "Tell service again", acts.tell_again, lines=[line])

    @action(  # type: ignore[untyped-decorator]
        description="Mark as failed", url_path="mark-failed", permissions=["mark_failed"]
    )
    def mark_failed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that it has failed."""
        lines = [
            "It ends as technical-failure, its service is told so, and it cannot be brought back.",
            "A provider that has it already may still deliver it.",
        ]
        return self._act(request, object_id, "Mark as failed", acts.mark_failed, lines=lines)

    def _may_act(
        self,
        request: HttpRequest,
        object_id: str,
        right: str,
        why_not: Callable[[Notification], str | None],
    ) -> bool:
        if not request.user.has_perm(f"notifications.{right}"):
            return False
        # Who confirms what has become impossible meanwhile is told so by the use case.
        if request.method == "POST" or not object_id:
            return True
        row = self.shown_row(request, object_id)
        return row is not None and why_not(row) is None

    def _act(
        self,
        request: HttpRequest,
        object_id: str,
        word: str,
        change: Callable[..., Any],
        *,
        lines: list[str],
    ) -> HttpResponse:
        question = Question(
            title=f"{word}: message {object_id}?", button=word, consequences=lines, back=""
        )
        return self.ask_and_do(request, self.shown_row(request, object_id), question, change)


def _why_not_now(row: Notification) -> str | None:
    """Look for holds only of what would be offered; the use case says all of it in words."""
    now = clock.now()
    if not acts.waits_for_another_attempt(row, now):
        return "It has no next attempt"
    return acts.why_not_now(row, now)
