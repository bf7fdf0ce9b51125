import pytest

from services.tests.factories import ServiceFactory
from templates_app.live_preview import MAX_CHARACTERS, MAX_VALUES, TooMuch, draft
from templates_app.models import Template
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def unsaved(**values):
    values = {"template_type": "sms", "name": "New", "content": "Hi ((name))", **values}
    return Template(
        service=ServiceFactory(name="Bins", prefix_sms=values["template_type"] == "sms"), **values
    )


@pytest.mark.parametrize(
    ("content", "values", "size"),
    [
        ("Hi ((name))", {}, (2, 1, "GSM-7")),
        ("Hi ((name))", {"name": "y" * 160}, (163, 2, "GSM-7")),
        ("Hi ŵ", {}, (4, 1, "UCS-2")),
        ("x" * 154, {}, (154, 1, "GSM-7")),
        ("x" * 155, {}, (155, 2, "GSM-7")),
    ],
    ids=["unfilled", "filled", "Welsh", "with the name just one", "with the name too long"],
)
def test_a_text_is_measured_with_the_values_that_are_known(content, values, size):
    row = unsaved(content=content)

    found = draft(row, row.service, values).size

    assert (found.characters, found.fragments, found.alphabet) == size


def test_a_template_that_is_not_saved_tells_its_placeholders_and_what_cannot_be_printed():
    row = unsaved(template_type="letter", subject="To ((who))", content="Hi \U0001f600 ((name))")

    found = draft(row, row.service, {})

    assert found.names == ("who", "name")
    assert found.lost == ("\U0001f600",)
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("x" * (MAX_CHARACTERS + 1), {}),
        ("x", {"name": "y" * MAX_CHARACTERS}),
        ("x", {str(n): "y" for n in range(MAX_VALUES + 1)}),
    ],
)
def test_more_than_anybody_writes_is_refused(content, values):
    row = unsaved(content=content)

    with pytest.raises(TooMuch):
        draft(row, row.service, values)


def test_only_texts_have_a_size():
    row = TemplateFactory(email=True)

    assert draft(row, row.service, {}).size is None
