from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from billing.report_requests import ask_for, make
from billing.tests.factories import FactBillingFactory
from notifications.models import ReportRequest
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/notifications/reportrequest/add/"


@pytest.fixture
def signed_in():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def page_of(report):
    return reverse("admin:notifications_reportrequest_change", args=[report.pk])


def file_of(report):
    return reverse("admin:report-file", args=[report.pk])


def close_file(answer):
    """Close what an answer sends; to close the answer itself would end the test's transaction."""
    for close in answer._resource_closers:
        close()


def status_of(client, url):
    answer = client.get(url)
    close_file(answer)
    return answer.status_code


def asked(**values):
    yesterday = clock.london_today() - timedelta(days=1)
    return ask_for(
        values.get("kind", "daily-volumes"), yesterday, yesterday, actor=values.get("actor")
    )


def test_a_report_is_asked_for_on_a_page_and_its_page_follows_it(signed_in, recorded_tasks):
    day = clock.london_today().isoformat()

    answer = signed_in.post(ADD, {"kind": "daily-volumes", "first_day": day, "last_day": day})

    report = ReportRequest.objects.get()
    page = signed_in.get(page_of(report))
    assert answer["Location"] == page_of(report)
    assert [(task.function, task.args) for task in recorded_tasks] == [
        ("make_report", (str(report.id),))
    ]
    assert page["Refresh"] == "3"
    assert report.created_by is not None


def test_what_cannot_be_made_is_said_on_the_page(signed_in):
    day = clock.london_today().isoformat()

    page = signed_in.post(ADD, {"kind": "messages", "first_day": day, "last_day": day})

    assert "Choose the service" in page.content.decode()
    assert not ReportRequest.objects.exists()


def test_a_finished_report_is_downloaded_and_that_is_audited(signed_in, files):
    report = asked()
    make(report.id)

    page = signed_in.get(page_of(report))
    answer = signed_in.get(file_of(report))

    assert file_of(report) in page.content.decode()
    assert "Refresh" not in page
    content = b"".join(answer.streaming_content)
    close_file(answer)
    assert b"day,texts" in content
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEvent.objects.filter(action="download a report").count() == 1


def test_a_report_without_a_file_is_not_found(signed_in):
    assert signed_in.get(file_of(asked())).status_code == 404


def test_who_may_see_usage_needs_no_other_right_and_others_see_nothing(files):
    report = asked()
    make(report.id)
    clients = []
    for codename in ("view_factbilling", "view_service"):
        user = UserFactory(platform_admin=True)
        user.user_permissions.add(Permission.objects.get(codename=codename))
        clients.append(Client())
        clients[-1].force_login(user)
    addresses = [page_of(report), file_of(report), ADD, ADD.replace("add/", "")]

    may, may_not = ([status_of(c, url) for url in addresses] for c in clients)

    assert may == [200] * 4
    assert may_not == [403] * 4


def test_a_row_of_usage_leads_to_a_report_of_its_messages(signed_in, recorded_tasks):
    fact = FactBillingFactory(bst_date=clock.london_today(), service_id=ServiceFactory().id)

    answer = signed_in.get(reverse("admin:billing_factbilling_all_messages", args=[fact.pk]))
    form = signed_in.get(answer["Location"]).context["adminform"].form
    posted = {name: form[name].value() for name in form.fields}
    signed_in.post(ADD, posted)

    report = ReportRequest.objects.get()
    assert (report.kind, report.service_id) == ("messages", fact.service_id)
    assert report.narrowed["template_id"] == str(fact.template_id)


def test_nobody_changes_or_deletes_a_report(signed_in):
    report = asked()
    delete = reverse("admin:notifications_reportrequest_delete", args=[report.pk])

    assert signed_in.post(page_of(report), {"kind": "billing"}).status_code == 403
    assert signed_in.post(delete, {"post": "yes"}).status_code == 403
