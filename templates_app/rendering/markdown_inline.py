"""Read what stands inside a block of the dialect: links, line breaks and escapes."""

import re

from markdown_it.token import Token

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_LABEL = r"\[(?P<label>(?:\\.|[^\[\]\\]|\[(?:\\.|[^\[\]\\])*+\])*+)\]"
_TARGET = r"\((?P<target>(?:[^()\n]|\([^()\n]*\))++)\)"
_BARE = r"""(?P<bare>https?://[^\s<>]*[^\s<>.,:"')\]])"""
# Each alternative begins with one character of its own, so that text between is passed quickly.
_marks_in = re.compile(
    rf"\n[ \t]*|\\\n[ \t]*|\\(?P<escaped>{_PUNCTUATION})|{_LABEL}{_TARGET}|{_BARE}", re.DOTALL
).finditer
_TITLE = re.compile(r"""(?<! ) +(?:"([^"]*)"|'([^']*)')\Z""")
_ESCAPED = re.compile(rf"\\({_PUNCTUATION})")


def inline_tokens(content: str) -> list[Token]:
    """Return the texts, links and line breaks of a block; images are dropped.

    Links keep their targets as they were written, and have their whole source as ``info``.
    """
    tokens: list[Token] = []
    texts: list[str] = []
    end = 0
    for match in _marks_in(content):
        before = content[end : match.start()]
        end = match.end()
        if match["escaped"]:
            texts += (before, match["escaped"])
        elif match["target"] and before.endswith("!"):
            texts.append(before[:-1])
        else:
            text = "".join((*texts, before))
            texts.clear()
            tokens += _text(text.rstrip(" ") if match[0][0] == "\n" else text)
            tokens += _link_or_break(match)
    return tokens + _text("".join((*texts, content[end:])))


def _text(text: str) -> list[Token]:
    return [Token("text", "", 0, content=text)] if text else []


def _link_or_break(match: re.Match[str]) -> list[Token]:
    if bare := match["bare"]:
        return _link(bare, {"href": bare}, markup="bare")
    if not match["target"]:
        return [Token("softbreak", "br", 0)]
    target, title = match["target"].strip(), None
    if titled := _TITLE.search(target):
        target, title = target[: titled.start()].strip(), titled[1] or titled[2]
    attributes = {"href": target, "title": title} if title else {"href": target}
    return _link(_ESCAPED.sub(r"\1", match["label"]), attributes, source=match[0])


def _link(
    label: str, attributes: dict[str, str], *, markup: str = "", source: str = ""
) -> list[Token]:
    return [
        Token("link_open", "a", 1, attrs=dict(attributes), markup=markup, info=source),
        Token("text", "", 0, content=label),
        Token("link_close", "a", -1),
    ]
