from datetime import timedelta

import pytest

from notify_project import clock
from notify_project.models import AuditEvent
from services import hooks
from services.creating import (
    InvalidService,
    archive_service,
    create_service,
    make_live,
    set_permissions,
    update_service,
)
from services.models import (
    ApiKey,
    ApiKeyHistory,
    Service,
    ServiceHistory,
    ServicePermission,
    ServiceSmsSender,
    ServiceUser,
)
from services.read_models import find_service
from services.tests.factories import (
    ApiKeyFactory,
    EmailBrandingFactory,
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """What the hooks were called with."""
    calls = []
    for name in ("service_created", "service_archived"):
        hook = type(getattr(hooks, name))(name)
        hook.connect(lambda service, name=name: calls.append((name, service.id)))
        monkeypatch.setattr(hooks, name, hook)
    return calls


def permissions(service):
    rows = ServicePermission.objects.filter(service=service)
    return set(rows.values_list("permission", flat=True))


def versions(service):
    rows = ServiceHistory.objects.filter(id=service.id).order_by("version")
    return list(rows.values_list("version", flat=True))


# --- Creating ------------------------------------------------------------------------------------


def test_a_new_service_is_in_trial_mode_within_the_limits_of_the_trial():
    service = Service.objects.get(id=create_service("Parking", actor=None).id)

    assert (service.active, service.restricted, service.research_mode) == (True, True, False)
    assert (
        service.email_message_limit,
        service.sms_message_limit,
        service.letter_message_limit,
        service.international_sms_message_limit,
        service.rate_limit,
    ) == (50, 50, 0, 100, 3000)


def test_a_new_service_has_its_permissions_sender_creator_and_first_version(settings):
    actor = UserFactory()
    service = create_service(" Parking permits ", actor=actor)

    assert service.name == "Parking permits"
    assert permissions(service) == {"sms", "email", "letter", "international_sms"}
    sender = ServiceSmsSender.objects.get(service=service)
    assert (sender.sms_sender, sender.is_default) == (settings.FROM_NUMBER, True)
    assert ServiceUser.objects.get(service=service).user == actor
    assert (service.created_by, versions(service)) == (actor, [1])
    events = AuditEvent.objects.filter(subject_id=str(service.id), actor=actor)
    assert {event.action for event in events} == {"create service", "add member"}


def test_the_sending_address_is_derived_from_the_name():
    service = create_service("Cyngor Sîr Ynys Môn", actor=None)

    assert service.email_sender_local_part == "cyngor.sir.ynys.mon"


def test_the_sending_address_is_derived_from_the_senders_name_if_there_is_one():
    service = create_service("Parking", actor=None, custom_email_sender_name="Parking team")

    assert (service.normalised_service_name, service.email_sender_local_part) == (
        "parking",
        "parking.team",
    )


def test_a_new_service_takes_the_type_of_its_organisation():
    organisation = OrganisationFactory(organisation_type="nhs_gp")

    service = create_service("Surgery", actor=None, organisation=organisation)

    assert (service.organisation, service.organisation_type) == (organisation, "nhs_gp")


@pytest.mark.parametrize(("support", "counts"), [(True, False), (False, True)])
def test_services_of_support_staff_do_not_count_as_live(support, counts):
    service = create_service("Trying it", actor=UserFactory(support=support))

    assert service.count_as_live is counts


def test_upper_apps_hear_of_a_new_service(heard):
    service = create_service("Parking", actor=None)

    assert heard == [("service_created", service.id)]


def test_a_part_that_fails_undoes_all(monkeypatch):
    def fail(_service):
        raise RuntimeError("no allowance")

    hook = type(hooks.service_created)("failing")
    hook.connect(fail)
    monkeypatch.setattr(hooks, "service_created", hook)

    with pytest.raises(RuntimeError):
        create_service("Parking", actor=UserFactory())

    for model in (Service, ServiceHistory, ServicePermission, ServiceSmsSender, ServiceUser):
        assert not model.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "!!!", "日本", "x" * 256])
def test_a_name_without_a_local_part_is_refused(name):
    with pytest.raises(InvalidService):
        create_service(name, actor=None)

    assert not Service.objects.exists()


@pytest.mark.parametrize("name", ["Parking", "PARKING", "parking!"])
def test_a_name_that_is_taken_or_too_much_alike_is_refused(name):
    create_service("Parking", actor=None)

    with pytest.raises(InvalidService):
        create_service(name, actor=None)

    assert Service.objects.count() == 1


@pytest.mark.parametrize(
    "columns", [{"sms_message_limit": -1}, {"rate_limit": 2**31}, {"letter_message_limit": 2**63}]
)
def test_an_impossible_limit_is_refused(columns):
    with pytest.raises(InvalidService):
        create_service("Parking", actor=None, **columns)

    assert not Service.objects.exists()


def test_an_unknown_permission_is_refused():
    with pytest.raises(InvalidService, match="fax is not a permission"):
        create_service("Parking", actor=None, permissions=["fax"])

    assert not Service.objects.exists()


# --- Changing ------------------------------------------------------------------------------------


def test_a_change_is_the_next_version():
    service = ServiceFactory()

    changed = update_service(service, actor=None, prefix_sms=True)

    assert (changed.version, versions(service)) == (2, [1, 2])
    assert ServiceHistory.objects.get(id=service.id, version=2).prefix_sms is True


def test_what_differs_in_nothing_makes_no_version():
    service = ServiceFactory(prefix_sms=True)

    update_service(service, actor=None, prefix_sms=True, name=service.name)

    assert versions(service) == [1]


def test_all_that_changes_is_audited_with_both_values_and_nothing_else():
    service = ServiceFactory(name="Parking", sms_message_limit=10, prefix_sms=True)
    actor, organisation = UserFactory(), OrganisationFactory()

    update_service(
        service,
        actor=actor,
        name=" Permits ",
        sms_message_limit=20,
        contact_link="https://permits.example",
        organisation=organisation,
        prefix_sms=True,
    )

    event = AuditEvent.objects.get(service_id=service.id)
    assert event.actor == actor
    assert event.before == {
        "contact_link": None,
        "name": "Parking",
        "organisation": None,
        "sms_message_limit": 10,
    }
    assert event.after == {
        "contact_link": "https://permits.example",
        "name": "Permits",
        "organisation": str(organisation.id),
        "sms_message_limit": 20,
    }


def test_a_new_name_gives_a_new_sending_address():
    service = update_service(ServiceFactory(), actor=None, name="Blue badges")

    assert (service.normalised_service_name, service.email_sender_local_part) == (
        "blue.badges",
        "blue.badges",
    )


def test_a_new_name_is_trimmed():
    service = create_service("Parking", actor=None)

    assert update_service(service, actor=None, name="  Permits ").name == "Permits"


def test_the_same_name_with_spaces_around_it_makes_no_version():
    service = create_service("Parking", actor=None)

    assert update_service(service, actor=None, name=" Parking ").version == 1


def test_a_name_that_another_service_has_is_refused():
    taken, service = ServiceFactory(), ServiceFactory()

    with pytest.raises(InvalidService):
        update_service(service, actor=None, name=taken.name)

    assert versions(service) == [1]


def test_permissions_become_exactly_these_and_are_audited():
    service = ServiceFactory(permissions=("sms", "letter"))

    set_permissions(service, ["email", "sms"], actor=None)

    assert permissions(service) == {"email", "sms"}
    event = AuditEvent.objects.get(service_id=service.id)
    assert (event.before, event.after) == (
        {"permissions": ["letter", "sms"]},
        {"permissions": ["email", "sms"]},
    )


def test_the_same_permissions_change_nothing():
    service = ServiceFactory(permissions=("sms",))

    set_permissions(service, ["sms"], actor=None)

    assert not AuditEvent.objects.exists()


def test_an_unknown_permission_changes_nothing():
    service = ServiceFactory(permissions=("sms",))

    with pytest.raises(InvalidService):
        set_permissions(service, ["email", "fax"], actor=None)

    assert permissions(service) == {"sms"}


def test_making_live_ends_the_trial_and_raises_the_limits():
    service = make_live(create_service("Parking", actor=None), actor=None)

    assert service.restricted is False
    assert (
        service.email_message_limit,
        service.sms_message_limit,
        service.letter_message_limit,
    ) == (250_000, 250_000, 20_000)
    assert versions(service) == [1, 2]


def test_changes_are_seen_once_committed(redis, django_capture_on_commit_callbacks):
    service = ServiceFactory(permissions=("sms",))
    find_service(service.id)
    with django_capture_on_commit_callbacks(execute=True):
        update_service(service, actor=None, rate_limit=9)
    with django_capture_on_commit_callbacks(execute=True):
        set_permissions(service, ["email"], actor=None)

    found = find_service(service.id)

    assert (found.rate_limit, found.permissions) == (9, {"email"})


# --- Archiving -----------------------------------------------------------------------------------


def test_archiving_frees_the_name(heard):
    service = create_service("Parking", actor=None)
    archived = archive_service(service, actor=None)

    assert archived.active is False
    assert archived.name.startswith("_archived_")
    assert archived.name.endswith("_Parking")
    assert versions(service) == [1, 2]
    assert create_service("Parking", actor=None).email_sender_local_part == "parking"
    assert ("service_archived", service.id) in heard


def test_a_name_can_be_archived_again_and_again():
    for _ in range(3):
        archive_service(create_service("Parking", actor=None), actor=None)

    assert Service.objects.filter(active=False).count() == 3


def test_a_long_name_can_be_archived():
    archived = archive_service(create_service("x" * 255, actor=None), actor=None)

    assert len(archived.name) == 255


def test_archiving_revokes_the_keys_now_and_keeps_earlier_revocations():
    service, actor = ServiceFactory(), UserFactory()
    yesterday = clock.now() - timedelta(days=1)
    live = ApiKeyFactory(service=service)
    revoked = ApiKeyFactory(service=service, expiry_date=yesterday)
    before = clock.now()

    archive_service(service, actor=actor)

    assert ApiKey.objects.get(id=live.id).expiry_date >= before
    assert ApiKey.objects.get(id=revoked.id).expiry_date == yesterday
    assert ApiKeyHistory.objects.get(id=live.id, version=2).created_by_id == actor.id
    assert not ApiKeyHistory.objects.filter(id=revoked.id, version=2).exists()
    assert AuditEvent.objects.filter(action="revoke key", actor=actor).count() == 1


def test_archiving_again_changes_nothing(heard):
    service = archive_service(ServiceFactory(), actor=None)
    name = service.name

    again = archive_service(service, actor=None)

    assert (again.name, again.version, len(heard)) == (name, 2, 1)


# --- Branding ------------------------------------------------------------------------------------


def test_a_service_takes_a_branding_and_gives_it_back_each_with_a_version():
    branding = EmailBrandingFactory()
    service = create_service("Parking", actor=None)

    update_service(service, actor=None, email_branding=branding)
    update_service(service, actor=None, email_branding=None)

    rows = ServiceHistory.objects.filter(id=service.id).order_by("version")
    assert list(rows.values_list("email_branding_id", flat=True)) == [None, branding.id, None]
    assert find_service(service.id).branding is None


def test_a_branding_that_is_switched_off_is_not_taken_and_not_taken_away():
    off = EmailBrandingFactory(name="Old logo", active=False)
    service = ServiceFactory(email_branding=off)
    other = ServiceFactory()

    for refused in (
        lambda: update_service(other, actor=None, email_branding=off),
        lambda: create_service("Parking", actor=None, email_branding=off),
    ):
        with pytest.raises(InvalidService, match="The branding Old logo is switched off"):
            refused()
    update_service(service, actor=None, email_branding=off, prefix_sms=True)

    service.refresh_from_db()
    other.refresh_from_db()
    assert (service.email_branding, service.prefix_sms) == (off, True)
    assert (other.email_branding, other.version) == (None, 1)
