import html5lib
import pytest

from templates_app.rendering.letter import letter_html, letter_subject
from templates_app.rendering.letter_document import LetterParts, contact_lines, letter_document
from templates_app.rendering.placeholders import parse

HOSTILE = "</title></style><script>alert(1)</script>&lt;i&gt;\x1b"
ESCAPED = "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;i&gt;"


def tree_of(**changes):
    parts = {
        "address_lines": ("Jo Bloggs", "1 High Street", "SW1A 1AA"),
        "contact_lines": ("Office", "London"),
        "date": "5 January 2026",
        "heading_html": "Your bill",
        "body_html": "<p>Pay.</p>",
    } | changes
    document = letter_document(LetterParts(**parts))
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(document), document


def texts(tree, path):
    return [list(found.itertext()) for found in tree.iterfind(path)]


def test_a_letter_has_its_parts_in_order():
    tree, _ = tree_of()

    body = [(part.tag, list(part.itertext())) for part in tree.find("body/section")]

    assert body == [
        ("address", ["Jo Bloggs", "1 High Street", "SW1A 1AA"]),
        ("address", ["Office", "London"]),
        ("p", ["5 January 2026"]),
        ("h1", ["Your bill"]),
        ("p", ["Pay."]),
    ]
    assert texts(tree, "head/title") == [["Your bill"]]


@pytest.mark.parametrize(("language", "tag"), [("english", "en"), ("welsh", "cy")])
def test_a_letter_names_its_language(language, tag):
    tree, _ = tree_of(language=language)

    assert tree.attrib == {"lang": tag}


def test_a_letter_in_two_languages_has_pages_of_each():
    english = LetterParts((), (), "5 January 2026", "Your bill", "<p>Pay.</p>")
    welsh = LetterParts(
        ("Jo Bloggs",), (), "5 Ionawr 2026", "Eich bil", "<p>Talwch.</p>", language="welsh"
    )

    document = letter_document(welsh, english)

    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(document)
    assert [(part.tag, part.attrib) for part in tree.find("body")] == [
        ("section", {"lang": "cy"}),
        ("section", {"lang": "en"}),
    ]
    assert texts(tree, "body/section/address") == [["Jo Bloggs"]]
    assert texts(tree, "body/section/h1") == [["Eich bil"], ["Your bill"]]


def test_lines_without_room_are_left_out():
    lines = tuple(f"line {number}" for number in range(1, 21))

    tree, _ = tree_of(address_lines=lines, contact_lines=lines)

    assert texts(tree, "body/section/address") == [list(lines[:7]), list(lines[:11])]


def test_hostile_values_are_text_wherever_they_stand():
    values = {"v": HOSTILE}

    tree, document = tree_of(
        address_lines=(HOSTILE,),
        contact_lines=contact_lines(parse("((v))"), values),
        date=HOSTILE,
        heading_html=letter_subject(parse("((v))"), values),
        body_html=letter_html(parse("((v))"), values),
    )

    assert document.count(ESCAPED) == 6
    assert tree.find(".//script") is None
    assert tree.find(".//i") is None


def test_a_letter_refers_to_nothing_outside():
    body = letter_html(parse("[x](https://x.example)\n\nhttps://x.example\n\nQR: x"), {})

    tree, document = tree_of(body_html=body)

    names = {name for element in tree.iter() for name in element.attrib}
    assert not names & {"src", "href", "data", "srcset", "background", "poster"}
    assert "url(" not in document
    assert "@import" not in document


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (" Office\r\n((who))\n\n Tel. 1 ", ("Office", "A & B", "", "Tel. 1")),
        ("((who))\u2028x", ("A & B", "x")),
        ("", ()),
    ],
    ids=["lines", "separator", "empty"],
)
def test_a_contact_block_is_filled_line_by_line(content, lines):
    assert contact_lines(parse(content), {"who": "A & B"}) == lines
