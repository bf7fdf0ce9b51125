"""What holds of every value from the public that was made harmless."""

from hypothesis import assume, event, given

from templates_app.rendering.email import email_html_fragment, email_parts
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sanitise import sanitise
from templates_app.tests.rendering import html_tree
from templates_app.tests.rendering.strategies import checked, json_values, texts
from templates_app.tests.rendering.test_properties import word_characters

LIST = {"table", "tbody", "tr", "td", "ul", "li"}


def shown(content, value):
    """Return the tree of an email with a value in it, and refuse what is not inert."""
    tree = html_tree.fragment(email_html_fragment(parse(content), {"v": value}))
    html_tree.require_inert(tree)
    return tree


@checked
@given(texts())
def test_a_sanitised_text_is_nothing_but_paragraphs(value):
    tree = shown("((v))", sanitise(value))

    assert set(html_tree.tags(tree)) <= {"p", "br"}


@checked
@given(json_values())
def test_any_sanitised_value_is_paragraphs_or_the_list_it_was_given_as(value):
    # A negative number is a bullet in front of a number, and a file is no text.
    assume(not isinstance(value, int | float) and not (isinstance(value, dict) and "file" in value))

    used = set(html_tree.tags(shown("((v))", sanitise(value))))

    event(type(value).__name__)
    assert used <= {"p", "br"} | (LIST if isinstance(value, list) else set())


@checked
@given(texts(), texts(2))
def test_a_sanitised_text_adds_no_link_to_the_words_around_it(value, before):
    content = before.replace("((", "").replace("[", "").replace("http", "")

    tree = shown(f"{content} ((v)) end", sanitise(value))

    assert html_tree.links(tree) == []


@checked
@given(texts())
def test_a_sanitised_text_without_addresses_keeps_its_words(value):
    value = value.replace(".", "").replace("://", "")

    plain = email_parts(parse("((v))"), {"v": sanitise(value)}).plain_text

    assert word_characters(plain) == word_characters(value.replace("\u3164", ""))
