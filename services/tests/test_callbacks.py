import pytest

from notify_project.models import AuditEvent
from services.callbacks import InvalidCallback, set_callback
from services.models import ServiceCallbackApi, ServiceCallbackApiHistory
from services.read_models import find_service
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "https://example.org/told"
TOKEN = "0123456789"


@pytest.fixture
def service():
    return ServiceFactory()


def save(service, *, kind="delivery_status", url=URL, token=TOKEN, actor=None):
    return set_callback(service, kind, url=url, token=token, actor=actor)


def test_a_callback_is_stored_with_its_first_version(service):
    actor = UserFactory()

    assert save(service, actor=actor) is True

    row = ServiceCallbackApi.objects.get(service=service)
    assert (row.url, row.bearer_token, row.updated_by, row.version) == (URL, TOKEN, actor, 1)
    assert ServiceCallbackApiHistory.objects.filter(id=row.id).count() == 1


def test_the_same_again_changes_nothing(service):
    save(service)

    assert save(service) is False
    assert ServiceCallbackApi.objects.get(service=service).version == 1


def test_a_change_without_a_token_keeps_the_token(service):
    save(service)

    assert save(service, url="https://example.org/elsewhere", token=None) is True
    row = ServiceCallbackApi.objects.get(service=service)
    assert (row.bearer_token, row.version) == (TOKEN, 2)


def test_each_type_has_its_own_callback(service):
    save(service)
    save(service, kind="complaint", url="https://example.org/complaints")

    assert ServiceCallbackApi.objects.get(callback_type="delivery_status").url == URL
    assert ServiceCallbackApi.objects.count() == 2


def test_the_audit_event_never_holds_the_token(service):
    save(service, url=f"{URL}?key={TOKEN}")

    event = AuditEvent.objects.get(service_id=service.id)
    assert (event.action, TOKEN in str(event.after)) == ("change callback", False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "fax"},
        {"url": "http://example.org"},
        {"url": "HTTPS://example.org"},
        {"url": "https://"},
        {"url": "https://["},
        {"url": "https://example.org/" + "x" * 2000},
        {"url": "javascript:alert(1)"},
        {"token": "short"},
        {"token": None},
    ],
)
def test_what_cannot_be_called_is_refused(service, wrong):
    with pytest.raises(InvalidCallback):
        save(service, **wrong)

    assert not ServiceCallbackApi.objects.exists()


def test_a_wrong_change_leaves_the_old_one(service):
    save(service)
    with pytest.raises(InvalidCallback):
        save(service, url="http://example.org")

    assert ServiceCallbackApi.objects.get(service=service).url == URL


def test_the_change_is_seen_once_committed(service, redis, django_capture_on_commit_callbacks):
    find_service(service.id)
    with django_capture_on_commit_callbacks(execute=True):
        save(service)

    assert find_service(service.id).callback_types == {"delivery_status"}
