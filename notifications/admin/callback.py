"""The outbox of callbacks, to be looked at; its bodies are personal and stay hidden."""

from typing import ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from notifications.admin.callback_list import CallbackList
from notifications.callbacks.replay import Wanted, replay
from notifications.models import CallbackDelivery, FailingEndpoint
from notify_project import clock
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.links import find_url
from notify_project.admin.london import written
from notify_project.admin.names import short
from notify_project.admin.pages import ReadOnlyAdmin
from notify_project.admin.tables import link, table
from notify_project.admin.words import WordsFilter, in_words, word_column
from services.models import User

ATTEMPTS_SHOWN = 50


@admin.register(FailingEndpoint)
class FailingEndpointAdmin(ReadOnlyAdmin[FailingEndpoint]):
    """Who does not answer, since when and why; the dead are called once a minute."""

    service_path = "service"
    list_display = [
        "service_name",
        "kind",
        "failures",
        "first_failed_at",
        "last_failed_at",
        "last_error",
        "dead_since",
        "next_probe_at",
    ]
    list_filter = [("dead_since", admin.EmptyFieldListFilter), ("callback_type", WordsFilter)]
    list_select_related = ["service"]
    search_fields = ["=service__id"]
    search_help_text = "Id of a service."
    ordering = ["-dead_since", "-first_failed_at", "id"]
    fields: ClassVar[list[str]] = ["service", *list_display[1:]]
    readonly_fields: ClassVar[list[str]] = ["kind"]

    kind = word_column("callback_type", "told of")

    @admin.display(description="service")
    def service_name(self, row: FailingEndpoint) -> str:
        """Show the name, shortened."""
        return short(row.service.name)


@admin.register(CallbackDelivery)
class CallbackDeliveryAdmin(CallbackList):
    """What services must be told, and how far that has come."""

    fields: ClassVar[list[str]] = [
        *("service", "told_of", "what", "how_far", "attempts", "next_attempt"),
        *("last_answer", "created_at", "finished", "log_of_attempts", "id"),
    ]
    readonly_fields: ClassVar[list[str]] = [
        *("told_of", "what", "how_far", "next_attempt", "last_answer", "finished"),
        "log_of_attempts",
    ]
    actions = ["replay"]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Let those tell again who may change calls, though nobody edits one."""
        return request.user.has_perm("notifications.change_callbackdelivery")

    @admin.action(description="Tell again", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[CallbackDelivery]) -> HttpResponse:
        """Ask for a reason first; then make what is finished wait again."""
        ids = tuple(queryset.values_list("id", flat=True))
        question = Question(
            title="Tell services again?",
            button=f"Tell {len(ids)} again",
            consequences=[
                "Services are told again, with the bodies of then and the addresses of now. What "
                "still waits is left alone."
            ],
            # With the filters of the list.
            back=request.get_full_path(),
            hidden={"action": ["replay"], "_selected_action": list(map(str, ids))},
        )

        def do(reason: str) -> str:
            actor, now = cast("User", request.user), clock.now()
            count = sum(replay(Wanted(ids=ids), actor=actor, reason=reason, now=now))
            return f"{count} calls are made again."

        return confirm(self, request, question, do)

    @admin.display(description="Told of")
    def told_of(self, row: CallbackDelivery) -> SafeString:
        """Lead to what the service is told of."""
        words = f"{in_words(row.get_callback_type_display())} {row.subject_id}"
        return link(find_url("admin-find", q=row.subject_id), words)

    @admin.display(description="Which it is")
    def what(self, row: CallbackDelivery) -> str:
        """Say which of the events of its kind."""
        return row.event_key

    @admin.display(description="Next attempt")
    def next_attempt(self, row: CallbackDelivery) -> str:
        """Say when, if there is one to come."""
        if row.state != CallbackDelivery.State.WAITING:
            return "none"
        return written(row.next_attempt_at) if row.next_attempt_at else "at once"

    @admin.display(description="Finished at")
    def finished(self, row: CallbackDelivery) -> str:
        """Say when, if it is."""
        return written(row.finished_at) if row.finished_at else "not yet"

    @admin.display(description="Log of attempts")
    def log_of_attempts(self, row: CallbackDelivery) -> SafeString:
        """Show the newest attempts: when, what came of them, and how long they took."""
        newest = row.attempt_log.order_by("-began_at", "-id")[:ATTEMPTS_SHOWN]
        return table(
            ["attempt", "at", "answer", "took"],
            [
                (
                    each.attempt,
                    written(each.began_at),
                    each.response_code or each.error,
                    f"{each.duration_ms} ms",
                )
                for each in newest
            ],
        )
