import pytest

from notifications.jobs.process import process
from notifications.jobs.rows import persist_range
from notifications.jobs.tasks import persist_rows, process_job
from notifications.models import Job
from notifications.tests.jobs.conftest import texts
from services.models import Service
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def ranges_of(recorded_tasks):
    return [
        (task.queue, *map(int, task.args[1:]))
        for task in recorded_tasks
        if task.function == "persist_rows"
    ]


def test_a_job_is_handed_out_in_ranges(mailings, recorded_tasks, settings):
    settings.JOB_ROWS_OF_A_TASK = 2
    job = mailings.create(texts(5))

    process_job(str(job.id))

    job.refresh_from_db()
    assert ranges_of(recorded_tasks) == [("job-rows", 0, 1), ("job-rows", 2, 3), ("job-rows", 4, 4)]
    assert job.job_status == "finished"
    assert job.processing_started <= job.heartbeat_at <= job.processing_finished


def test_a_small_job_does_not_wait_behind_the_rows_of_large_ones(mailings, recorded_tasks):
    job = mailings.create(texts(5))

    process_job(str(job.id))

    assert ranges_of(recorded_tasks) == [("jobs", 0, 4)]


def test_what_is_not_real_keeps_out_of_the_way(mailings, recorded_tasks):
    job = mailings.create(texts(1), TemplateFactory(service=ServiceFactory(research=True)))

    process_job(str(job.id))

    assert ranges_of(recorded_tasks) == [("research-mode", 0, 0)]


def test_a_job_is_begun_once(mailings, recorded_tasks):
    job = mailings.create(texts(1))

    process_job(str(job.id))
    process_job(str(job.id))

    assert len(ranges_of(recorded_tasks)) == 1


def test_a_service_that_is_inactive_by_then_sends_nothing(mailings, recorded_tasks):
    job = mailings.create(texts(1))
    Service.objects.filter(id=job.service_id).update(active=False)

    process_job(str(job.id))

    job.refresh_from_db()
    assert job.job_status == "cancelled"
    assert ranges_of(recorded_tasks) == []


@pytest.mark.redis
class TestLimits:
    @pytest.fixture(autouse=True)
    def _redis(self, redis):
        self.redis = redis

    def used(self, word="sms"):
        return [int(self.redis.get(key)) for key in self.redis.keys(f"daily-limit-*-{word}-*")]

    def limited(self, limit, **columns):
        return TemplateFactory(service=ServiceFactory(sms_message_limit=limit, **columns))

    def test_all_rows_count_against_the_day_once(self, mailings):
        job = mailings.create(texts(3), self.limited(3))

        process_job(str(job.id))
        Job.objects.filter(id=job.id).update(job_status="pending")
        process_job(str(job.id))

        job.refresh_from_db()
        assert job.job_status == "finished"
        assert self.used() == [3]
        [key] = self.redis.keys("daily-limit-*")
        assert 0 < self.redis.ttl(key) <= 86_400

    def test_a_job_that_would_pass_the_limit_sends_nothing(self, mailings, recorded_tasks):
        template = self.limited(3)
        first = mailings.create(texts(2), template)
        second = mailings.create(texts(2), template, name="more.csv")

        for job in (first, second):
            process_job(str(job.id))

        second.refresh_from_db()
        assert second.job_status == "sending limits exceeded"
        assert second.processing_finished is not None
        assert self.used() == [2]
        assert [task.args[0] for task in recorded_tasks if task.function == "persist_rows"] == [
            str(first.id)
        ]

    def test_the_check_of_a_file_says_that_there_is_no_room(self, mailings):
        template = self.limited(3)
        process_job(str(mailings.create(texts(2), template).id))

        refusal = mailings.upload(texts(2), template, "more.csv").refusal

        assert refusal.details == ("You can send 1 more text message today",)

    def test_texts_to_other_countries_have_a_limit_of_their_own(self, mailings):
        service = ServiceFactory(
            permissions=["sms", "international_sms"], international_sms_message_limit=1
        )
        template = TemplateFactory(service=service)
        text = "phone number,name\n+33612345678,Jo\n07900900123,Al"
        first = mailings.create(text, template)
        second = mailings.create(text, template, name="more.csv")

        for job in (first, second):
            process_job(str(job.id))

        assert [Job.objects.get(id=job.id).job_status for job in (first, second)] == [
            "finished",
            "sending limits exceeded",
        ]
        assert self.used("international_sms") == [1]

    def test_research_mode_uses_nothing_up(self, mailings):
        process_job(str(mailings.create(texts(3), self.limited(3, research=True)).id))

        assert self.used() == []


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_job_runs_from_file_to_rows_and_leaves_nothing_personal_in_redis(
    mailings, redis, run_tasks
):
    job = mailings.create(texts(3))

    run_tasks("jobs")

    job.refresh_from_db()
    assert job.job_status == "finished"
    assert len(mailings.rows(job)) == 3
    assert redis.llen("rq:queue:normal") == 1
    usage = [key for key in redis.keys("*template-usage-*") if redis.type(key) == b"hash"]
    assert [redis.hget(key, str(job.template_id)) for key in usage] == [b"3"]
    everything = b"".join(redis.dump(key) or b"" for key in redis.keys("*"))
    assert everything
    assert b"790000000" not in everything
    assert b"Person" not in everything


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_nothing_is_said_to_be_handed_out_that_was_not(mailings, monkeypatch):
    job = mailings.create(texts(1))

    def refuse(*_args):
        raise ConnectionError("no queue")

    with pytest.raises(ConnectionError):
        process(job.id, refuse)

    job.refresh_from_db()
    assert job.job_status == "in progress"


def test_tasks_take_text(mailings):
    job = mailings.begun(texts(2))

    persist_rows(str(job.id), "0", "1")

    assert persist_range(job.id, 0, 1) == 0
    assert len(mailings.rows(job)) == 2
