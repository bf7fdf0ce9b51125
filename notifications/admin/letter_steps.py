"""What support staff do to a letter on the page of its notification."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from notifications.admin.message_page import MessagePage
from notifications.letters.cancel import cancel_letter, is_printing_begun
from notifications.models import Notification
from notifications.statuses import Status
from notifications.support import letters
from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import User


class LetterSteps(MessagePage[Notification]):
    """A page that shows a notification, and of a letter what can be done to it as it stands."""

    service_path = "service"
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

    def _may(
        self, request: HttpRequest, object_id: str, *statuses: Status, in_time: bool = False
    ) -> bool:
        if not request.user.has_perm("notifications.change_notification"):
            return False
        # Who confirms what has become impossible meanwhile is told so by the use case.
        if request.method == "POST" or not object_id:
            return True
        letter = self.get_object(request, object_id)
        if letter is None or letter.notification_type != NotificationType.LETTER:
            return False
        is_late = in_time and is_printing_begun(letter.created_at, clock.now())
        return letter.is_real and letter.status in statuses and not is_late

    def _ask_and_do(
        self, request: HttpRequest, object_id: str, word: str, change: Callable[..., None]
    ) -> HttpResponse:
        """Ask first, and for a reason; then do it, and say what came of it."""
        letter = self.get_object(request, object_id)
        if letter is None:
            raise Http404
        reason = request.POST.get("reason", "").strip()[:500]
        if "confirmed" not in request.POST or not reason:
            context = {
                **self.admin_site.each_context(request),
                "title": f"{word}: letter {letter.id}?",
                "word": word,
                "letter": letter,
                "opts": self.opts,
            }
            template = "admin/notifications/notification/confirm_letter.html"
            return TemplateResponse(request, template, context)
        try:
            change(letter, actor=cast("User", request.user), reason=reason)
        except ApiError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, f"{word}: done.", messages.SUCCESS)
        page = reverse("admin:notifications_notification_change", args=[letter.pk])
        return HttpResponseRedirect(page)
