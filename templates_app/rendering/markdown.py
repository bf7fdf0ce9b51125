"""Parse the dialect of Markdown that templates are written in.

Blocks are headings, rules, lists, inset text and paragraphs; inside them there are only links
and line breaks. Everything else, HTML and emphasis included, is text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# Enough for any letter or list that people write; parsers recurse at each level.
MAX_DEPTH = 10

_bullet_or_number = re.compile(r"(?:([*•-])(?!\1)|[0-9]{1,9}\.(?![0-9])) *").match
_is_underline = re.compile(r"(?:=+|-+) *").fullmatch
_is_rule = re.compile(r"([*_-])(?: *\1){2,} *").fullmatch
_may_start_block = re.compile(r"[#^*•_-]|[0-9]+\.").match
_LABEL = r"\[((?:\\.|[^\[\]\\]|\[(?:\\.|[^\[\]\\])*+\])*+)\]"
_TARGET = r"\(((?:[^()\n]|\([^()\n]*\))++)\)"
_link_at = re.compile(_LABEL + _TARGET, re.DOTALL).match
_TITLE = re.compile(r"""(?<! ) +(?:"([^"]*)"|'([^']*)')\Z""")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_bare_link_at = re.compile(r"://[^\s<>]+").match


def parse_markdown(text: str) -> list[Token]:
    """Return the tokens of a text; those of links keep the target as it was written."""
    tokens = _PARSER.parse(text)
    return _without_empty_blocks(tokens) if "![" in text else tokens


def _without_empty_blocks(tokens: list[Token]) -> list[Token]:
    """Drop paragraphs and headings in which only an image stood."""
    kept: list[Token] = []
    for token in tokens:
        kept.append(token)
        if token.nesting == -1 and kept[-2].type == "inline" and not kept[-2].children:
            del kept[-3:]
    return kept


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _push_text_block(state: StateBlock, kind: str, tag: str, content: str) -> None:
    state.push(f"{kind}_open", tag, 1)
    inline = state.push("inline", "", 0)
    inline.content = content
    inline.children = []
    state.push(f"{kind}_close", tag, -1)


def _parse_inside(state: StateBlock, lines: list[str]) -> None:
    state.env["depth"] = state.env.get("depth", 0) + 1
    state.md.block.parse("\n".join(lines), state.md, state.env, state.tokens)
    state.env["depth"] -= 1


def _may_nest(state: StateBlock) -> bool:
    return bool(state.env.get("depth", 0) < MAX_DEPTH)


def _heading(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read ``# text``; from three marks on it is a plain paragraph."""
    line = _line(state, start)
    level = len(line) - len(line.lstrip("#"))
    content = line[level:].strip().rstrip("#").strip() if level else ""
    if not content or level > 6:
        return False
    if not silent:
        state.line = start + 1
        if level < 3:
            _push_text_block(state, "heading", f"h{level + 1}", content)
        else:
            _push_text_block(state, "paragraph", "p", content)
    return True


def _underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read a line that ``===`` or ``---`` makes a heading."""
    if start + 1 >= end or state.isEmpty(start):
        return False
    underline = _line(state, start + 1)
    if not _is_underline(underline):
        return False
    if not silent:
        state.line = start + 2
        tag = "h2" if underline[0] == "=" else "h3"
        _push_text_block(state, "heading", tag, _line(state, start).strip())
    return True


def _inset(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read inset text: lines after ``^``, up to a blank line that no such line follows."""
    if not _line(state, start).startswith("^") or not _may_nest(state):
        return False
    if silent:
        return True
    lines: list[str] = []
    number = start
    while number < end:
        filled = _next_filled(state, number, end)
        line = _line(state, filled)
        if filled > number and not line.startswith("^"):
            break
        lines += [""] * (filled - number)
        lines.append(line.removeprefix("^").removeprefix(" "))
        number = filled + 1
    state.push("inset_open", "blockquote", 1)
    _parse_inside(state, lines)
    state.push("inset_close", "blockquote", -1)
    state.line = number
    return True


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read bullets or numbers; what is indented further belongs to the item above."""
    mark = _bullet_or_number(_line(state, start))
    if not mark or not _may_nest(state):
        return False
    if silent:
        return True
    indent = state.sCount[start]
    tag = "ul" if mark[1] else "ol"
    state.push("list_open", tag, 1)
    number = start
    while number < end and _is_item(state, number, indent, tag):
        lines, number = _item_lines(state, number, end, indent)
        _push_item(state, lines)
        number = _next_filled(state, number, end)
    state.push("list_close", tag, -1)
    state.line = number
    return True


def _next_filled(state: StateBlock, number: int, end: int) -> int:
    while number < end and state.isEmpty(number):
        number += 1
    return number


def _is_item(state: StateBlock, number: int, indent: int, tag: str) -> bool:
    line = _line(state, number)
    mark = _bullet_or_number(line)
    if not mark or state.sCount[number] > indent or _is_rule(line):
        return False
    return tag == ("ul" if mark[1] else "ol")


def _item_lines(state: StateBlock, start: int, end: int, indent: int) -> tuple[list[str], int]:
    """Return the lines of one item without its mark, and the number of the line after it."""
    first = _line(state, start)
    mark = _bullet_or_number(first)
    lines = [first[mark.end() if mark else 0 :]]
    number = start + 1
    while number < end:
        filled = _next_filled(state, number, end)
        if filled == end or _ends_item(state, filled, indent, after_blank=filled > number):
            break
        lines += [""] * (filled - number)
        lines.append(" " * max(0, state.sCount[filled] - indent - 1) + _line(state, filled))
        number = filled + 1
    return lines, number


def _ends_item(state: StateBlock, number: int, indent: int, *, after_blank: bool) -> bool:
    if state.sCount[number] > indent:
        return False
    line = _line(state, number)
    return after_blank or line[0] in "#^" or bool(_bullet_or_number(line) or _is_rule(line))


def _push_item(state: StateBlock, lines: list[str]) -> None:
    state.push("list_item_open", "li", 1)
    first = len(state.tokens)
    if len(lines) == 1 and not _may_start_block(lines[0]):
        _push_text_block(state, "paragraph", "p", lines[0].strip())
    else:
        _parse_inside(state, lines)
    # The first paragraph of an item stands beside its mark.
    if len(state.tokens) > first and state.tokens[first].type == "paragraph_open":
        state.tokens[first].hidden = state.tokens[first + 2].hidden = True
    state.push("list_item_close", "li", -1)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read a paragraph as the library does, but keep the spaces at its end."""
    found = paragraph(state, start, end, silent)
    last = _line(state, state.line - 1)
    if last.endswith(" "):
        state.tokens[-2].content += last[len(last.rstrip(" ")) :]
    return found


def _link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read ``[text](target "title")``; images are dropped."""
    is_image = state.src.startswith("![", state.pos)
    match = _link_at(state.src, state.pos + is_image)
    if not match:
        return False
    state.pos = match.end()
    if not silent and not is_image:
        target, title = match[2].strip(), None
        if titled := _TITLE.search(target):
            target, title = target[: titled.start()].strip(), titled[1] or titled[2]
        _push_link(state, _ESCAPED.sub(r"\1", match[1]), target, title)
    return True


def _bare_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read an address where it stands, without punctuation after it."""
    match = _bare_link_at(state.src, state.pos)
    if not match:
        return False
    scheme = next((word for word in ("https", "http") if state.pending.endswith(word)), None)
    rest = match[0].rstrip(".,:\"')]")
    if scheme is None or len(rest) <= len("://"):
        return False
    if not silent:
        state.pending = state.pending.removesuffix(scheme)
        _push_link(state, f"{scheme}{rest}", f"{scheme}{rest}", None)
        state.tokens[-3].markup = "bare"
    state.pos += len(rest)
    return True


def _push_link(state: StateInline, label: str, target: str, title: str | None) -> None:
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": target, "title": title} if title else {"href": target}
    state.push("text", "", 0).content = label
    state.push("link_close", "a", -1)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["hr", "newline", "escape"])
    parser.inline.ruler2.disable("balance_pairs")
    ends_paragraph: RuleOptionsType = {"alt": ["paragraph"]}
    parser.block.ruler.at("paragraph", _paragraph)
    parser.block.ruler.before("paragraph", "notify_heading", _heading, ends_paragraph)
    parser.block.ruler.before("paragraph", "notify_inset", _inset, ends_paragraph)
    parser.block.ruler.before("paragraph", "notify_list", _list, ends_paragraph)
    parser.block.ruler.before("paragraph", "notify_underlined", _underlined, ends_paragraph)
    parser.inline.ruler.push("notify_link", _link)
    parser.inline.ruler.push("notify_bare_link", _bare_link)
    return parser


_PARSER = _parser()
