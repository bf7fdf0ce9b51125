"""What support staff do to a letter on the page of its notification."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action

from notifications.admin.message_page import MessagePage
from notifications.letters.cancel import cancel_letter, is_printing_begun
from notifications.models import Notification
from notifications.statuses import Status
from notifications.support import letters
from notify_project import clock
from notify_project.admin.confirming import Question, confirm
from notify_project.constants import NotificationType
from services.models import User


class LetterSteps(MessagePage[Notification]):
    """A page that shows a notification, and of a letter what can be done to it as it stands."""

    actions_detail: ClassVar[list[str]] = ["cancel", "make_pages", "send_again", "give_up"]

    def has_cancel_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only before its printing begins."""
        statuses = (Status.CREATED, Status.PENDING_VIRUS_CHECK)
        return self._may(request, object_id, *statuses, in_time=True)

    def has_make_pages_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only of what waits."""
        return self._may(request, object_id, Status.CREATED)

    def has_send_again_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what failed here."""
        return self._may(request, object_id, Status.TECHNICAL_FAILURE)

    def has_give_up_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what failed here."""
        return self._may(request, object_id, Status.TECHNICAL_FAILURE)

    @action(description="Cancel", url_path="cancel", permissions=["cancel"])  # type: ignore[untyped-decorator]
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cancel a letter before it is printed."""

        def change(letter: Notification, **why: Any) -> None:
            cancel_letter(letter.service_id, letter.id, **why)

        return self._ask_and_do(request, object_id, "Cancel", change)

    @action(description="Make pages again", url_path="make-pages", permissions=["make_pages"])  # type: ignore[untyped-decorator]
    def make_pages(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a worker make the pages again."""
        return self._ask_and_do(request, object_id, "Make pages again", letters.make_pages_again)

    @action(description="Send again", url_path="send-again", permissions=["send_again"])  # type: ignore[untyped-decorator]
    def send_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Print it with the next print run."""
        return self._ask_and_do(request, object_id, "Send again", letters.send_again)

    @action(description="Give up", url_path="give-up", permissions=["give_up"])  # type: ignore[untyped-decorator]
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that it is never printed."""
        return self._ask_and_do(request, object_id, "Give up", letters.give_up)

    def shown_row(self, request: HttpRequest, object_id: str) -> Notification | None:
        """Return the row of a page, which each of its buttons asks for, read once."""
        if getattr(request, "shown_row_id", None) != object_id:
            request.shown_row_id = object_id  # type: ignore[attr-defined]  # for this answer only
            request.shown_row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        found: Notification | None = request.shown_row  # type: ignore[attr-defined]
        return found

    def ask_and_do(
        self,
        request: HttpRequest,
        row: Notification | None,
        question: Question,
        change: Callable[..., object],
    ) -> HttpResponse:
        """Ask first, and for a reason that names nobody; then do it, and say what came of it."""
        if row is None:
            raise Http404

        def do(reason: str) -> str:
            change(row, actor=cast("User", request.user), reason=reason)
            return f"{question.button}: done."

        names = [name for name in (row.to, row.normalised_to) if name]
        page = reverse("admin:notifications_notification_change", args=[row.pk])
        return confirm(self, request, replace(question, back=page, naming=names), do)

    def _may(
        self, request: HttpRequest, object_id: str, *statuses: Status, in_time: bool = False
    ) -> bool:
        if not request.user.has_perm("notifications.change_notification"):
            return False
        # Who confirms what has become impossible meanwhile is told so by the use case.
        if request.method == "POST" or not object_id:
            return True
        letter = self.shown_row(request, object_id)
        if letter is None or letter.notification_type != NotificationType.LETTER:
            return False
        is_late = in_time and is_printing_begun(letter.created_at, clock.now())
        return letter.is_real and letter.status in statuses and not is_late

    def _ask_and_do(
        self, request: HttpRequest, object_id: str, word: str, change: Callable[..., None]
    ) -> HttpResponse:
        letter = self.shown_row(request, object_id)
        name = letter and (letter.reference or letter.pk)
        title, lines = f"{word}: letter {name}?", [_CONSEQUENCES[word]]
        question = Question(title=title, button=word, consequences=lines, back="")
        return self.ask_and_do(request, letter, question, change)


_CONSEQUENCES = {
    "Cancel": "It is never printed and costs nothing. It cannot be brought back: send another one "
    "instead.",
    "Make pages again": "A worker makes them in a moment, with the text and the day of its "
    "acceptance. Until then it is not printed.",
    "Send again": "It is printed with the next print run. Pages that are missing are made first.",
    "Give up": "It is never printed, and nobody is reminded of it any more. It cannot be brought "
    "back.",
}
