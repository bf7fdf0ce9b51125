"""Parse HTML as a mail program would, and refuse what in it is not plain, inert text."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

FRAGMENT_TAGS = frozenset(
    {"p", "br", "h2", "h3", "hr", "a", "ul", "ol", "li", "div", "blockquote"}
    | {"table", "tbody", "tr", "td"}
)
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp", "file"})
ATTRIBUTES = {
    "a": {"href", "title", "style"},
    "table": {"role", "style"},
}
BLOCKS = FRAGMENT_TAGS - {"a", "br"}
_is_property = re.compile(
    r"border(-collapse|-left)?|padding(-top)?|margin|color|background|height|line-height"
    r"|font-(family|size|weight)|list-style-type|word-wrap"
).fullmatch
_is_style_value = re.compile(r"[a-zA-Z0-9#%., -]+").fullmatch
_is_target = re.compile(r"([a-z]+):[!-~]*", re.IGNORECASE).fullmatch


def fragment(html: str) -> Element:
    """Return the tree of a fragment that has no error of syntax."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return _faultless(parser, parser.parseFragment(html))


def document(html: str) -> Element:
    """Return the tree of a whole document that has no error of syntax."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return _faultless(parser, parser.parse(html))


def _faultless(parser: html5lib.HTMLParser, tree: Element) -> Element:
    # Code points that are no characters are text like any other.
    assert [error for error in parser.errors if error[1] != "invalid-codepoint"] == []
    return tree


def elements(tree: Element) -> list[Element]:
    """Return every element, in order."""
    return [element for element in tree.iter() if element.tag != "DOCUMENT_FRAGMENT"]


def tags(tree: Element) -> list[str]:
    """Return the names of the elements, in order."""
    return [element.tag for element in elements(tree)]


def outline(tree: Element) -> list[tuple[object, frozenset[str]]]:
    """Return the elements with the names of their attributes: all but texts and values."""
    return [(element.tag, frozenset(element.attrib)) for element in elements(tree)]


def require_inert(tree: Element) -> None:
    """Refuse all but what the body of an email may have: elements, attributes, styles, targets."""
    for element in elements(tree):
        assert element.tag in FRAGMENT_TAGS, element.tag
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES.get(element.tag, {"style"}), (element.tag, name)
            if name == "style":
                _require_known_style(value)
            elif name == "href":
                _require_known_target(value)


def _require_known_style(style: str) -> None:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        assert _is_property(name), declaration
        assert _is_style_value(value), declaration


def _require_known_target(target: str) -> None:
    match = _is_target(target)
    assert match, target
    assert match[1].lower() in LINK_SCHEMES, target


def links(tree: Element) -> list[tuple[str, str]]:
    """Return the target and the text of each link."""
    return [(link.attrib["href"], "".join(link.itertext())) for link in tree.iter("a")]


def text(tree: Element) -> str:
    """Return all text, with a line break wherever one is shown."""
    return "".join(_texts(tree))


def _texts(element: Element) -> Iterator[str]:
    if element.tag in BLOCKS:
        yield "\n"
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        if child.tag in BLOCKS | {"br"}:
            yield "\n"
        yield child.tail or ""
