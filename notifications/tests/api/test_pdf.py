import pytest
from django.test import Client

from notifications.letters.files import store_for_scan, store_pdf
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.usefixtures("files")

PDF = b"%PDF-1.7 \x00\xff"
NOT_READY = ("PDFNotReadyError", "PDF not available yet, try again later")


def store(world, name, pdf=PDF):
    store_pdf(Notification.objects.get(id=world.ids[name]), pdf)


def download(world, name, key="K_READ"):
    return world.get(f"/v2/notifications/{{{name}}}/pdf", key)


def require_refusal(response, status_code, error, message):
    assert response.status_code == status_code
    assert response["Content-Type"] == "application/json"
    errors = [{"error": error, "message": message}]
    assert response.json() == {"status_code": status_code, "errors": errors}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("N_LETTER_DELIVERED", id="I18"),
        pytest.param("N_LETTER_INVALID", id="I19"),
        pytest.param("N_LETTER", id="made but not printed yet"),
        pytest.param("N_LETTER_SENDING", id="sending"),
        pytest.param("N_LETTER_RETURNED", id="returned"),
    ],
)
def test_the_pdf_of_a_letter_is_sent_as_it_is(world, name):
    store(world, name)

    response = download(world, name)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response.content == PDF


@pytest.mark.parametrize("status", ["cancelled", "permanent-failure"])
def test_a_letter_that_was_never_posted_can_still_be_read(world, status):
    Notification.objects.filter(id=world.ids["N_LETTER"]).update(status=status)
    store(world, "N_LETTER")

    assert download(world, "N_LETTER").content == PDF


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        pytest.param("{N_LETTER}", (400, *NOT_READY), id="I20"),
        pytest.param("{N_LETTER_SCAN}", (400, *NOT_READY), id="I21"),
        pytest.param(
            "{N_LETTER_VIRUS}",
            (400, "BadRequestError", "File did not pass the virus scan"),
            id="I22",
        ),
        pytest.param(
            "{N_LETTER_TECH}",
            (400, "BadRequestError", "PDF not available for letters in status technical-failure"),
            id="I23",
        ),
        pytest.param("{N_SMS}", (400, "BadRequestError", "Notification is not a letter"), id="I24"),
        pytest.param(
            "{N_EMAIL_TECH}", (400, "BadRequestError", "Notification is not a letter"), id="email"
        ),
        pytest.param("abc", (404, "NoResultFound", "No result found"), id="I25"),
        pytest.param("sms", (404, "NoResultFound", "No result found"), id="a type"),
        pytest.param("{UNKNOWN}", (404, "NoResultFound", "No result found"), id="I26"),
    ],
)
def test_what_cannot_be_read_is_refused_as_the_contract_says(world, path, refusal):
    response = world.get(f"/v2/notifications/{path}/pdf")

    require_refusal(response, *refusal)


@pytest.mark.parametrize("status", ["cancelled", "permanent-failure", "validation-failed"])
def test_nobody_waits_for_pages_that_will_never_be_made(world, status):
    Notification.objects.filter(id=world.ids["N_LETTER"]).update(status=status)

    message = f"PDF not available for letters in status {status}"
    require_refusal(download(world, "N_LETTER"), 400, "BadRequestError", message)


@pytest.mark.parametrize("name", ["N_LETTER_SCAN", "N_LETTER_VIRUS", "N_LETTER_TECH"])
def test_what_was_not_checked_is_never_sent_though_there_is_a_file(world, name):
    row = Notification.objects.get(id=world.ids[name])
    store_pdf(row, PDF)
    store_for_scan(reference=row.reference, postage=row.postage, created_at=row.created_at, pdf=PDF)

    response = download(world, name)

    assert response.status_code == 400
    assert PDF not in response.content


def test_another_services_letter_is_not_found(world):
    store(world, "N_LETTER")

    require_refusal(download(world, "N_LETTER", "K_LIVE"), 404, "NoResultFound", "No result found")


def test_every_key_of_the_service_reads_it(world):
    store(world, "N_LETTER")

    assert download(world, "N_LETTER", "K_READ_TEST").content == PDF


def test_a_letter_that_is_not_real_is_read_from_its_own_folder(world):
    row = NotificationFactory(template=world.rows["TR_LETTER"], research=True, status="delivered")
    world.ids["N_LETTER_TEST"] = str(row.id)
    store(world, "N_LETTER_TEST")

    assert download(world, "N_LETTER_TEST").content == PDF


def test_head_tells_the_size_and_sends_nothing(world):
    store(world, "N_LETTER")

    response = Client().head(
        world.put_names("/v2/notifications/{N_LETTER}/pdf"), headers=world.headers("K_READ")
    )

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Length"] == str(len(PDF))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_pdf_is_only_read(world, method):
    response = Client().generic(method, world.put_names("/v2/notifications/{N_LETTER}/pdf"))

    assert response.status_code == 405
    assert response["Allow"].startswith("GET")
    assert response.json()["errors"][0]["error"] == "MethodNotAllowed"


def test_nothing_is_read_without_credentials(world):
    response = Client().get(world.put_names("/v2/notifications/{N_LETTER}/pdf"))

    assert response.status_code == 401


@pytest.mark.parametrize("path", ["{N_LETTER}/pdf/", "{N_LETTER}/PDF", "{N_LETTER}/png"])
def test_nothing_else_of_a_letter_is_routed(world, path):
    response = world.get(f"/v2/notifications/{path}")

    assert response.status_code == 404
    assert response.json()["result"] == "error"
