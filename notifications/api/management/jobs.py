"""Jobs: files of recipients that are being sent, will be, or were."""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from django_filters import FilterSet, MultipleChoiceFilter, UUIDFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.api.management.sending import SendingViewSet
from notifications.jobs import control
from notifications.jobs.cancel_letters import cancel_letter_job
from notifications.jobs.create import create_job, type_of_job
from notifications.jobs.progress import progress_of
from notifications.jobs.report import report_of
from notifications.models import Job
from notifications.models.job import JobQuerySet
from services.api.management.reasons import NoteSerializer
from services.api.management.staff_rights import SEE_RECIPIENTS
from services.api.management.viewsets import Reads

# Programs that know no more than this of a job that is done. Source: the API contract, jobs.
_SHOWN = {Job.Status.ALL_CREATED.value: Job.Status.FINISHED.value}


class CreatorSerializer(serializers.Serializer[Any]):
    """The person who sent a file."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class JobSerializer(ModelSerializer[Job]):
    """A job."""

    service = serializers.UUIDField(source="service_id")
    template = serializers.UUIDField(source="template_id")
    template_name = serializers.CharField(source="template.name")
    template_type = serializers.CharField(source="template.template_type")
    job_status = serializers.SerializerMethodField(
        help_text="`finished` once all rows are handed out, also when all are stored."
    )
    exact_status = serializers.CharField(
        source="job_status", help_text="Tells `finished all notifications created` from `finished`."
    )
    created_by = CreatorSerializer(allow_null=True, help_text="Null if no person sent it.")
    archived = serializers.BooleanField(help_text="Whether the file has been deleted.")

    class Meta:
        model = Job
        fields = [
            *("id", "original_file_name", "service", "template", "template_name"),
            *("template_type", "template_version", "job_status", "exact_status"),
            *("notification_count", "created_at", "updated_at", "processing_started"),
            *("processing_finished", "scheduled_for", "created_by", "sender_id", "archived"),
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_job_status(self, job: Job) -> str:
        """Return the status as older programs know it."""
        return _SHOWN.get(job.job_status, job.job_status)


class StatusCountSerializer(serializers.Serializer[Any]):
    """How many messages stand in a status."""

    status = serializers.CharField()
    count = serializers.IntegerField()


class JobProgressSerializer(serializers.Serializer[Any]):
    """How far a job has come."""

    total = serializers.IntegerField(help_text="Rows of the file.")
    stored = serializers.IntegerField(help_text="Rows that have their message.")
    handed_over = serializers.IntegerField(help_text="Messages that a provider has taken.")
    unsendable = serializers.IntegerField(help_text="Rows that cannot be sent.")


class JobInDetailSerializer(JobSerializer):
    """A job with what became of its messages so far."""

    progress = serializers.SerializerMethodField()
    statistics = serializers.SerializerMethodField()

    class Meta(JobSerializer.Meta):
        fields = [*JobSerializer.Meta.fields, "progress", "statistics"]
        read_only_fields = fields

    def to_representation(self, instance: Job) -> dict[str, Any]:
        """Count the messages once."""
        self._progress = progress_of(instance.id)
        return super().to_representation(instance)

    @extend_schema_field(JobProgressSerializer)
    def get_progress(self, _job: Job) -> dict[str, int]:
        """Return how far it has come."""
        found = self._progress
        return {
            "total": found.total,
            "stored": found.stored,
            "handed_over": found.handed_over,
            "unsendable": found.unsendable,
        }

    @extend_schema_field(StatusCountSerializer(many=True))
    def get_statistics(self, _job: Job) -> list[dict[str, Any]]:
        """Return how many messages stand in each status."""
        counts = sorted(self._progress.counts.items())
        return [{"status": status, "count": count} for status, count in counts]


class NewJobSerializer(serializers.Serializer[Any]):
    """What creates a job."""

    id = serializers.UUIDField(help_text="From the answer to the upload.")
    scheduled_for = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="At most seven days ahead, in UTC unless it names its zone. At once if absent.",
    )


class JobFilter(FilterSet):  # type: ignore[misc]  # the library has no types
    """What a list of jobs can be asked for."""

    job_status = MultipleChoiceFilter(
        choices=Job.Status.choices,
        method="in_statuses",
        help_text="May be repeated; `finished` finds both kinds.",
    )
    template = UUIDFilter(field_name="template_id")

    class Meta:
        model = Job
        fields: list[str] = []

    def in_statuses(self, rows: QuerySet[Job], _name: str, words: list[str]) -> QuerySet[Job]:
        """Find jobs by the words that answers show."""
        if not words:
            return rows
        found = Q(job_status__in=words)
        for exact, shown in _SHOWN.items():
            found |= Q(job_status=exact) if shown in words else Q()
        return rows.filter(found)


class JobViewSet(Reads, SendingViewSet):
    """Files of recipients that are being sent, will be, or were."""

    names = ("a job", "jobs")
    queryset = Job.objects.select_related("template", "created_by")
    serializer_class = JobInDetailSerializer
    filterset_class = JobFilter
    rights = {"report": SEE_RECIPIENTS}
    access = {**SendingViewSet.access, "report": "view_activity"}

    def get_queryset(self) -> QuerySet[Job]:
        """Return the service's jobs; lists leave out those that nobody would look for."""
        rows = cast("JobQuerySet", super().get_queryset())
        return rows.listed() if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """Leave the counts out of lists: a job may have a hundred thousand messages."""
        return JobSerializer if self.action == "list" else JobInDetailSerializer

    @extend_schema(
        request=NewJobSerializer,
        responses={200: JobInDetailSerializer, 201: JobInDetailSerializer},
    )
    def create(self, _request: Request, *_: Any, **__: Any) -> Response:
        """Send an uploaded file, now or later; asked again, the job is answered that there is."""
        wanted = self.checked(NewJobSerializer)
        self.require_may_send(type_of_job(self.service.id, wanted["id"]))
        is_new = not self.get_queryset().filter(id=wanted["id"]).exists()
        job = create_job(
            self.service.id, wanted["id"], scheduled_for=wanted["scheduled_for"], actor=self.actor
        )
        return self._answer(job, status=201 if is_new else 200)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, _request: Request, **_: Any) -> Response:
        """Cancel a job that waits for its time; 404 once it has started."""
        return self._do(control.cancel_job)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"], url_path="cancel-letter-job")
    def cancel_letter_job(self, _request: Request, **_: Any) -> Response:
        """Cancel all letters of a job before the first of them is printed, or none."""
        return self._do(cancel_letter_job)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, _request: Request, **_: Any) -> Response:
        """Let no further message of a job go out; what is held back ends after 72 hours."""
        return self._do(control.pause_job)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, _request: Request, **_: Any) -> Response:
        """Let a paused job go on."""
        return self._do(control.resume_job)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def report(self, request: Request, **_: Any) -> StreamingHttpResponse:
        """Download what became of each row, as CSV.

        Times are London's. Rows whose messages were deleted at the end of their retention are left
        out, and what was filled in where the template hides it from people.
        """
        del request
        job = self.get_object()
        if self.actor is not None:
            self.write_audit("download report", job)
        return csv_of(job)

    def _do(self, change: Callable[..., Any]) -> Response:
        job: Job = self.get_object()
        self.require_may_send(job.template.template_type)
        reason = self.checked(NoteSerializer)["reason"]
        change(self.service.id, job.id, actor=self.actor, reason=reason)
        return self._answer(job)

    def _answer(self, job: Job, *, status: int = 200) -> Response:
        return Response(self.shown(self.get_queryset().get(id=job.id)), status=status)


def csv_of(job: Job) -> StreamingHttpResponse:
    """Answer with the report of a job."""
    answer = StreamingHttpResponse(report_of(job), content_type="text/csv; charset=utf-8")
    # Not the name of the file, which anybody may have chosen.
    answer["Content-Disposition"] = f'attachment; filename="job-{job.id}.csv"'
    return answer
