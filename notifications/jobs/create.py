"""Create a job of a stored file, to be sent now or later."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from notifications.jobs import files
from notifications.jobs.allowed import require_channel_and_sender
from notifications.jobs.files import Metadata
from notifications.jobs.tasks import queue_job
from notifications.models import Job
from notifications.spreadsheets.refusals import MAX_ROWS
from notify_project import audit, clock
from notify_project.api.errors import BadRequest, Forbidden, NoResultFound
from notify_project.constants import NotificationType
from notify_project.storage import FileMissing
from services.models import User
from services.read_models import ServiceModel, find_service
from templates_app.read_models import TemplateModel, find_template

logger = logging.getLogger(__name__)

# Source: the API contract, jobs.
LATEST = timedelta(days=7)


class FieldRefused(BadRequest):
    """A field of a job is refused; programs that create jobs read the refusal by its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field

    @property
    def older_message(self) -> object:
        """Return the refusals of each field."""
        return {self.field: [self.message]}


def create_job(
    service_id: UUID,
    job_id: UUID,
    *,
    scheduled_for: datetime | None = None,
    actor: User | None = None,
) -> Job:
    """Create the job of a stored file and queue it; of one that exists return the first.

    Args:
        service_id: whose file.
        job_id: under which it is stored; what is stored with it decides, not the caller.
        scheduled_for: when it is sent, at most seven days ahead; at once if None.
        actor: who asks for it; None is a program or a command.

    Raises:
        ApiError: a check failed; the message says which.
    """
    if (existing := _find(service_id, job_id)) is not None:
        return existing
    service = find_service(service_id)
    if service is None:
        raise NoResultFound
    _require_active(service)
    metadata = _valid_metadata(service_id, job_id)
    template = _template(service, metadata)
    _require_allowed(service, template, metadata)
    if scheduled_for is not None:
        require_soon(scheduled_for)
    try:
        with transaction.atomic():
            job = Job.objects.create(
                id=job_id,
                service_id=service_id,
                template_id=template.id,
                template_version=metadata.template_version,
                original_file_name=metadata.original_file_name,
                notification_count=metadata.notification_count,
                sender_id=metadata.sender_id,
                created_by=actor,
                scheduled_for=scheduled_for,
                job_status=Job.Status.SCHEDULED if scheduled_for else Job.Status.PENDING,
            )
            audit.record("create job", job, actor=actor, service_id=service_id, after=_audited(job))
    except IntegrityError:
        existing = _find(service_id, job_id)
        if existing is None:
            raise
        return existing
    logger.info("job %s of service %s has %s rows", job_id, service_id, job.notification_count)
    if job.job_status == Job.Status.PENDING:
        queue_job(job.id)
    return job


def type_of_job(service_id: UUID, job_id: UUID) -> str:
    """Return the channel of a job, or of the stored file that one can be created of.

    Raises:
        NoResultFound: the job is another service's.
        BadRequest: there is neither, or its template is gone.
    """
    if (job := _find(service_id, job_id)) is not None:
        return job.template.template_type
    template = find_template(service_id, _valid_metadata(service_id, job_id).template_id)
    if template is None:
        raise BadRequest("Template not found")
    return template.template_type


def _audited(job: Job) -> dict[str, object]:
    """Return what the audit may hold: names of files may be names of people."""
    return {
        "template": str(job.template_id),
        "template_version": job.template_version,
        "notification_count": job.notification_count,
        "sender": str(job.sender_id) if job.sender_id else None,
        "scheduled_for": job.scheduled_for,
        "job_status": job.job_status,
    }


def _find(service_id: UUID, job_id: UUID) -> Job | None:
    job = Job.objects.select_related("template").filter(id=job_id).first()
    if job is not None and job.service_id != service_id:
        raise NoResultFound
    return job


def _require_active(service: ServiceModel) -> None:
    if not service.active:
        raise Forbidden("Create job is not allowed: service is inactive ")


def _valid_metadata(service_id: UUID, job_id: UUID) -> Metadata:
    try:
        metadata = files.read_metadata(service_id, job_id)
    except FileMissing:
        raise BadRequest("There is no file of this job") from None
    if not metadata.valid or not 1 <= metadata.notification_count <= MAX_ROWS:
        raise BadRequest("File is not valid, can't create job")
    return metadata


def _template(service: ServiceModel, metadata: Metadata) -> TemplateModel:
    template = find_template(service.id, metadata.template_id)
    if template is None or template.hidden:
        raise BadRequest("Template not found")
    if template.archived:
        raise FieldRefused("template", "Template has been deleted")
    return template


def _require_allowed(service: ServiceModel, template: TemplateModel, metadata: Metadata) -> None:
    """Refuse what the service may not send, and a sender that it does not have."""
    if template.template_type == NotificationType.LETTER and service.restricted:
        raise Forbidden("Create letter job is not allowed for service in trial mode ")
    require_channel_and_sender(service, template, metadata.sender_id)


def require_soon(scheduled_for: datetime) -> None:
    """Refuse a time for a job that has passed or is too far ahead.

    Raises:
        FieldRefused: the message says which.
    """
    now = clock.now()
    if scheduled_for < now:
        raise FieldRefused("scheduled_for", "Date cannot be in the past")
    if scheduled_for > now + LATEST:
        raise FieldRefused("scheduled_for", "Date cannot be more than 7 days in the future")
