"""Parse the dialect of Markdown that templates are written in.

Blocks are headings, rules, lists, inset text and paragraphs; inside them there are only links
and line breaks. Everything else, HTML and emphasis included, is text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from templates_app.rendering.markdown_inline import inline_tokens

# Enough for any letter or list that people write; parsers recurse at each level.
MAX_DEPTH = 10

_bullet_or_number = re.compile(r"(?:([*•-])(?!\1)|[0-9]{1,9}\.(?![0-9])) *").match
_is_underline = re.compile(r"(?:=+|-+) *").fullmatch
_is_rule = re.compile(r"([*_-])(?:[ \t]*+\1){2,}+[ \t]*").fullmatch
_may_start_block = re.compile(r"[#^*•_-]|[0-9]+\.").match


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


def _rule(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read a line of three or more of the same mark."""
    if not _is_rule(_line(state, start)):
        return False
    if not silent:
        state.line = start + 1
        state.push("hr", "hr", 0)
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


def _marked(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read the block that the first character of a line announces; most announce none."""
    first = state.src[state.bMarks[start] + state.tShift[start]]
    return any(rule(state, start, end, silent) for rule in _MARKED.get(first, ()))


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
    """Read a paragraph as the library does, but keep the spaces at its end."""
    found = paragraph(state, start, end, silent)
    last = _line(state, state.line - 1)
    if last.endswith(" "):
        state.tokens[-2].content += last[len(last.rstrip(" ")) :]
    return found


_MARKED: dict[str, tuple[RuleFuncBlockType, ...]] = {
    "#": (_heading,),
    "^": (_inset,),
    "_": (_rule,),
    **dict.fromkeys("*-", (_rule, _list)),
    **dict.fromkeys("•0123456789", (_list,)),
}


def _read_insides(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = inline_tokens(token.content)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero")
    ends_paragraph: RuleOptionsType = {"alt": ["paragraph"]}
    parser.block.ruler.at("paragraph", _paragraph)
    parser.block.ruler.before("paragraph", "notify_marked", _marked, ends_paragraph)
    parser.block.ruler.before("paragraph", "notify_underlined", _underlined, ends_paragraph)
    parser.core.ruler.at("inline", _read_insides)
    parser.core.ruler.disable("text_join")
    return parser


_PARSER = _parser()
