"""Hostile values by name: what is written, what an email shows of it, which links it may have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """A value, the text that an email shows for it, and the links as targets with their texts.

    Lines of the shown text are where HTML breaks them.
    """

    value: str
    shown: str
    links: tuple[tuple[str, str], ...] = ()


def as_written(text):
    return Hostile(text, text)


def link(value, target, text="x"):
    return Hostile(value, text, ((target, text),))


HTML = {
    "script": as_written("<script>alert(1)</script>"),
    "svg": as_written("<svg onload=alert(1)>"),
    "svg with slash": as_written("<svg/onload=alert(1)//"),
    "image": as_written("<img src=x onerror=alert(1)>"),
    "style": as_written("<style>*{display:none}</style>"),
    "style attribute": as_written("<p style=background:url(//bad.example)>"),
    "frame": as_written("<iframe src=//bad.example></iframe>"),
    "form": as_written("<form action=//bad.example><input name=p>"),
    "base": as_written("<base href=//bad.example>"),
    "refresh": as_written("<meta http-equiv=refresh content=0;url=//bad.example>"),
    "end of the document": as_written("</p></td></tr></table></body></html><script>"),
    "end of the title": as_written("</title><script>alert(1)</script>"),
    "comment": as_written("<!--"),
    "conditional comment": as_written("<!--[if mso]><script><![endif]-->"),
    "end of a comment": as_written("--><script>"),
    "character data": as_written("<![CDATA[<b>]]>"),
    "escaped tag": Hostile("\\<b>", "<b>"),
    "null within a tag": Hostile("<scr\x00ipt>", "<script>"),
    "declaration": as_written("<?xml version=1?><!DOCTYPE x>"),
    "quotes out of an attribute": as_written("” onclick=alert(1) x=”"),
    "declarations": as_written("; background:url(javascript:x); expression(alert(1))"),
}
REFERENCES = {
    "named references": Hostile("&lt;script&gt;", "<script>"),
    "decimal references": Hostile("&#60;b&#62;", "<b>"),
    "hexadecimal references": Hostile("&#x3C;b&#X3e;", "<b>"),
    "padded references": Hostile("&#0000060;b&#x00003e;", "<b>"),
    "over-padded references": as_written("&#00000060;b"),
    "references without semicolon": as_written("&ltscript&gt &#60script"),
    "references encoded twice": Hostile("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
    "reference in pieces": as_written("&#6 0;"),
    "reference to null": Hostile("a&#0;b", "a\ufffdb"),
    "reference to a surrogate": Hostile("a&#xD800;b", "a\ufffdb"),
    "reference beyond Unicode": Hostile("a&#1114112;b", "a\ufffdb"),
    "reference to a control": Hostile("a&#27;&#x8d;&#12;b", "ab"),
    "unknown reference": as_written("&bogus;<b>"),
}
TARGETS = {
    "javascript": link("[x](javascript:alert)", "http://javascript:alert"),
    "javascript in brackets": link("[x](javascript:alert(1))", "http://javascript:alert%281%29"),
    "javascript in capitals": link("[x](JaVaScRiPt:alert)", "http://JaVaScRiPt:alert"),
    "javascript with a tab": link("[x](java\tscript:alert)", "http://java%20%20%20%20script:alert"),
    "javascript behind a control": link("[x](\x01javascript:alert)", "http://javascript:alert"),
    "javascript behind a space": link("[x]( javascript:alert)", "http://javascript:alert"),
    "javascript behind a zero width space": link(
        "[x](\u200bjavascript:alert)", "http://%E2%80%8Bjavascript:alert"
    ),
    "javascript in a reference": link("[x](&#106;avascript:alert)", "http://javascript:alert"),
    "javascript with a tab in a reference": link(
        "[x](java&Tab;script:alert)", "http://java%09script:alert"
    ),
    "javascript with a line break in a reference": link(
        "[x](java&NewLine;script:alert)", "http://java%0Ascript:alert"
    ),
    "javascript with a colon in a reference": link(
        "[x](javascript&colon;alert)", "http://javascript:alert"
    ),
    "javascript percent-encoded": link("[x](%6Aavascript:alert)", "http://%6Aavascript:alert"),
    "javascript over two lines": Hostile("[x](java\nscript:alert)", "[x](java\nscript:alert)"),
    "data": link(
        "[x](data:text/html,<script>alert</script>)",
        "http://data:text/html%2C%3Cscript%3Ealert%3C/script%3E",
    ),
    "vbscript": link("[x](vbscript:x)", "http://vbscript:x"),
    "blob": link("[x](blob:https://bad.example/x)", "http://blob:https://bad.example/x"),
    "without scheme": link("[x](//bad.example)", "http:////bad.example"),
    "known scheme in front": link("[x](http:javascript:alert)", "http:javascript:alert"),
    "user in front of the host": link(
        "https://bank.example@bad.example/",
        "https://bank.example%40bad.example/",
        "https://bank.example@bad.example/",
    ),
    "backslashes in front of the host": link("[x](\\\\bad.example)", "http://%5C%5Cbad.example"),
    "letters of another alphabet": link(
        "https://\u0430pple.example/", "https://%D0%B0pple.example/", "https://\u0430pple.example/"
    ),
    "override in an address": link(
        "https://a.example/\u202egpj.exe",
        "https://a.example/%E2%80%AEgpj.exe",
        "https://a.example/\u202egpj.exe",
    ),
    "half a character in an address": link(
        "https://a.example/\ud800", "https://a.example/?", "https://a.example/\ud800"
    ),
    "quote out of the target": link(
        '[x](https://a.example/"onclick="alert)', "https://a.example/%22onclick=%22alert"
    ),
    "quote out of the target by a reference": link(
        "[x](https://a.example/&quot;onclick=alert)", "https://a.example/%22onclick=alert"
    ),
    "quote out of a bare address": link(
        'https://a.example/"onclick="alert',
        "https://a.example/%22onclick=%22alert",
        'https://a.example/"onclick="alert',
    ),
    "quote out of the title": link(
        "[x](https://a.example 'y\" onclick=\"alert')", "https://a.example"
    ),
    "quote out of the title by a reference": link(
        '[x](https://a.example "y&quot; onclick=alert")', "https://a.example"
    ),
    "tag in the title": link('[x](https://a.example "<b>&lt;i&gt;")', "https://a.example"),
    "tag as the text of a link": link(
        "[<img src=x>](https://a.example)", "https://a.example", "<img src=x>"
    ),
    "link in a link": link(
        "[[x](https://bad.example)](https://a.example)",
        "https://a.example",
        "[x](https://bad.example)",
    ),
    "image": Hostile("a ![x](https://bad.example/p.png) b", "a  b"),
}
TEXT = {
    "placeholder": as_written("((secret)) ((v)) ((secret??shown))"),
    "formats": as_written("{0} {title} {{7*7}} %s %(x)s ${x} <%= x %>"),
    "zero width": as_written("a\u200b\u200d\ufeffb"),
    "override": as_written("\u202eelpmaxe\u202c \u2066isolate"),
    "null": Hostile("a\x00b", "ab"),
    "escape sequence": Hostile("\x1b]0;title\x07\x1b[31mred", "]0;title[31mred"),
    "half a character": as_written("a\ud800b"),
    "no character": as_written("a\ufffeb"),
    "beyond the first plane": as_written("\U0001f600\U000e0041"),
    "header": Hostile("a\r\nBcc: eve@bad.example\r\n\r\n<b>", "a\nBcc: eve@bad.example\n\n<b>"),
    "header by a form feed": Hostile("a\x0cBcc: b\x85C: d", "a\nBcc: b\nC: d"),
}
HOSTILE = HTML | REFERENCES | TARGETS | TEXT
