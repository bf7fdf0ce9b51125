import time

import pytest

from templates_app.rendering.placeholders import (
    fill,
    key_of,
    missing,
    names,
    parse,
    reduce_personalisation,
)
from templates_app.tests.rendering.tables import cases


def parsed(row):
    return [parse(row[part]) for part in ("subject", "content") if row[part] is not None]


@pytest.mark.parametrize("row", cases("names"))
def test_names_are_spelt_and_ordered_as_they_first_appear(row):
    assert list(names(*parsed(row))) == row["names"]


@pytest.mark.parametrize("row", cases("substitution"))
def test_values_take_the_place_of_placeholders(row):
    result = fill(parse(row["content"]), row["values"], lists=row["lists"], escape=row["escape"])

    assert result == row["result"]


@pytest.mark.parametrize("row", cases("conditionals"))
def test_optional_text_is_shown_or_hidden(row):
    assert fill(parse(row["content"]), row["values"]) == row["result"]


@pytest.mark.parametrize("row", cases("missing"))
def test_names_without_a_value_are_missing(row):
    assert missing(names(*parsed(row)), row["values"]) == row["missing"]


def test_names_are_compared_without_case_spaces_underscores_and_hyphens():
    assert key_of("First _Name-") == "firstname"
    assert key_of("a.b\u00a0c") == "a.b\u00a0c"


def test_of_two_spellings_the_later_one_wins():
    values = {"First Name": "Jo", "first_name": "Al"}

    assert fill(parse("((firstname))"), values) == "Al"
    assert fill(parse("((firstname))"), {"first_name": "Al", "FIRSTNAME": None}) == "((firstname))"


def test_personalisation_is_reduced_to_what_the_template_uses():
    values = {"Ref No": "1", "unused": {"deep": [1]}, "name": None, "ref-no": "2"}

    reduced = reduce_personalisation(("ref no", "Name"), values)

    assert reduced == {"ref-no": "2", "name": None}


def test_a_value_is_not_searched_for_placeholders():
    values = {"a": "((b))", "b": "((a))"}

    assert fill(parse("((a))((b))"), values) == "((b))((a))"


def test_items_of_a_list_lose_invisible_characters():
    values = {"items": [" \u200bone\u00a0", True, 2.5, "\u2028", None]}

    assert fill(parse("((items))"), values) == "one, True and 2.5"


def test_escaping_leaves_no_markup_from_either_side():
    html = fill(parse("<p>((a))</p> &lt;"), {"a": "<script>&#60;b&#x3e;</script>"}, escape=True)

    assert html == "&lt;p&gt;&lt;script&gt;&lt;b&gt;&lt;/script&gt;&lt;/p&gt; &lt;"


@pytest.mark.parametrize("reference", ["&notaname;", "&copy", "&", "&;", "&#;"])
def test_what_is_not_a_reference_is_escaped_as_text(reference):
    assert fill(parse(reference), {}, escape=True) == reference.replace("&", "&amp;")


@pytest.mark.parametrize("unit", ["((", "((a", "))", "((a??", "()"])
def test_enormous_templates_are_parsed_quickly(unit):
    content = unit * (1_000_000 // len(unit))
    start = time.process_time()

    assert fill(parse.__wrapped__(content), {}) == content
    assert time.process_time() - start < 5


def test_enormous_and_nested_values_are_filled_quickly():
    nested: object = "x"
    for _ in range(200):
        nested = [nested]
    start = time.process_time()

    text = fill(parse("((big)) ((nested))"), {"big": "x" * 1_000_000, "nested": nested})
    assert len(text) > 1_000_000
    assert time.process_time() - start < 5
