import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/_status", "/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_says_ok_with_what_runs(path, method, db):
    response = Client().generic(method, path)

    body = response.json()
    assert response.status_code == 200
    assert body["status"] == "ok"
    assert set(body) == {"status", "git_commit", "build_time", "db_version"}
    assert all(isinstance(value, str) for value in body.values())
    assert "." in body["db_version"]
    assert response["Content-Type"] == "application/json"


# Without the fixture of the database, a test that asks it fails.
@pytest.mark.parametrize("path", ["/_status?simple=1", "/_status?simple=true", "/?simple=1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_simple_form_asks_nobody(path, method):
    response = Client().generic(method, path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/_status", "/_status?simple=", "/"])
def test_without_the_database_the_full_form_fails(path, no_database):
    response = Client().get(path)

    assert response.status_code == 500
    assert response.json() == {"status": "error", "message": "cannot connect to the database"}


def test_it_is_well_again_once_the_database_is(no_database):
    assert Client().get("/_status").status_code == 500

    no_database.is_back()

    assert Client().get("/_status").status_code == 200


def test_head_says_the_same_without_a_body():
    response = Client().head("/_status?simple=1")

    assert (response.status_code, response.content) == (200, b"")


def test_other_methods_are_refused():
    response = Client().delete("/_status")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"
