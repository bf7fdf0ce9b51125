import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.spreadsheets.content import ContentCheck
from notifications.spreadsheets.problems import Kind
from notifications.tests.spreadsheets.templates import FakeTemplate
from templates_app.rendering.sms import MAX_CHARACTERS, sms_body


def kinds(kind, content, values):
    return [each.kind for each in ContentCheck(FakeTemplate(kind, content)).problems(values)]


@pytest.mark.parametrize(
    ("content", "values", "found"),
    [
        pytest.param("((m))", {"m": "x" * 918}, [], id="just fits"),
        pytest.param("((m))", {"m": "x" * 919}, [Kind.TOO_LONG], id="too long"),
        pytest.param("x" * 919, {}, [Kind.TOO_LONG], id="template too long"),
        pytest.param("((m))", {"m": "…" * 306}, [], id="grows and fits"),
        pytest.param("((m))", {"m": "…" * 307}, [Kind.TOO_LONG], id="grows too long"),
        pytest.param("((m))((m))((m))", {"m": "x" * 307}, [Kind.TOO_LONG], id="used thrice"),
        pytest.param("((l))", {"l": ["x" * 457, None, "x" * 457]}, [Kind.TOO_LONG], id="list"),
        pytest.param("((l))", {"l": ["x" * 456, None, "x" * 457]}, [], id="list that fits"),
        pytest.param("((c??" + "x" * 919 + "))", {"c": "yes"}, [Kind.TOO_LONG], id="shown"),
        pytest.param("((c??" + "x" * 919 + "))y", {"c": "no"}, [], id="hidden"),
        pytest.param("((c??Hi))", {"c": "no"}, [Kind.EMPTY], id="empty"),
        pytest.param("\u200b((m))", {"m": "\u200b \u00a0"}, [Kind.EMPTY], id="seems empty"),
        pytest.param("((m))", {}, [], id="missing is not empty"),
    ],
)
def test_a_text_is_measured(content, values, found):
    assert kinds("sms", content, values) == found


PIECES = st.lists(
    st.sampled_from(
        ["((a))", "((b))", "((c??shown ))", "((c))", " ", "x" * 200, "\u2026", ". ", "\u200b"]
    ),
    min_size=1,
    max_size=8,
).map("".join)
VALUES = st.one_of(
    st.sampled_from(["", "yes", "\u2026" * 160, "x" * 305, "x" * 459, "\u200b", " . "]),
    st.text(max_size=5),
    st.lists(st.sampled_from(["x" * 150, None, "y"]), max_size=4),
)


@given(content=PIECES, a=VALUES, b=VALUES, c=VALUES)
def test_what_is_not_rendered_would_have_been_right(content, a, b, c):
    template = FakeTemplate("sms", content)
    values = {"a": a, "b": b, "c": c}
    length = len(sms_body(template.parsed_content, values))

    expected = [Kind.TOO_LONG] if length > MAX_CHARACTERS else [] if length else [Kind.EMPTY]

    assert kinds("sms", content, values) == expected


@pytest.mark.parametrize("kind", ["email", "letter"])
@pytest.mark.parametrize(
    ("content", "values", "found"),
    [
        pytest.param("((m))", {"m": "x"}, [], id="something"),
        pytest.param(" ((m))((n)) ", {"m": " ", "n": " "}, [Kind.EMPTY], id="blank"),
        pytest.param("((c??x))", {"c": "no"}, [Kind.EMPTY], id="hidden"),
        pytest.param("Hi ((m))", {"m": ""}, [], id="more than values"),
        pytest.param("((m))", {"m": "x" * 3_000_000}, [], id="never too long"),
    ],
)
def test_emails_and_letters_must_say_something(kind, content, values, found):
    assert kinds(kind, content, values) == found


@pytest.mark.parametrize(
    ("size", "found"), [(504, []), (505, [Kind.QR_CODE])], ids=["just fits", "too long"]
)
def test_the_code_of_a_letter_must_be_readable(size, found):
    assert kinds("letter", "QR: ((link))", {"link": "x" * size}) == found
    assert kinds("email", "QR: ((link))", {"link": "x" * size}) == []


@pytest.mark.parametrize(
    ("welsh", "english", "advice"),
    [
        ("QR: ((a))", "Hi", "Shorten the link of the QR code by 1 byte"),
        ("QR: ((a))", "QR: ((b))", "Shorten the link of the QR code by 1 byte"),
        ("Helo", "QR: ((b))", "Shorten the link of the QR code by 2 bytes"),
    ],
    ids=["Welsh", "both", "English"],
)
def test_the_codes_of_both_languages_must_be_readable(welsh, english, advice):
    template = FakeTemplate("letter", english, welsh)

    [problem] = ContentCheck(template).problems({"a": "x" * 505, "b": "x" * 506})

    assert problem.kind is Kind.QR_CODE
    assert problem.what_to_do == advice


@pytest.mark.parametrize(
    ("kind", "content", "values", "advice"),
    [
        ("sms", "((m))", {"m": "x" * 919}, "Shorten the message by 1 character"),
        ("sms", "((m))", {"m": "x" * 1000}, "Shorten the message by 82 characters"),
        ("letter", "QR: ((m))", {"m": "x" * 505}, "Shorten the link of the QR code by 1 byte"),
        ("email", "((m))", {"m": ""}, "Enter a value that gives the message some content"),
    ],
    ids=["one", "several", "code", "empty"],
)
def test_a_problem_says_what_to_do(kind, content, values, advice):
    [problem] = ContentCheck(FakeTemplate(kind, content)).problems(values)

    assert problem.what_to_do == advice
