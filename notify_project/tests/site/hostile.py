"""What somebody could write to take over a page, and the proof that a page has none of it."""

import re
from dataclasses import dataclass, field

import html5lib
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction

from notify_project.tests.site.rows import text_fields

# An element and an attribute that no page of ours has, and a sum that no page shows.
MARK = "hckd"
PRODUCT = "42049"
# The first are those that fit into a short column.
WORDS = (
    f'"><img {MARK} src=x onerror=hacked=1>',
    f"'><svg {MARK} onload=hacked=1>",
    f"<script {MARK}>hacked=1</script>",
    "javascript:window.hacked=1//",
    f"</textarea></title></style></script><{MARK}>",
    f"`+(hacked=1)+`';hacked=1;//{MARK}",
    "{{6007*7}}{% now 'Y' %}${hacked=1}",
    "\u202ereversed\u2066\u200b\ufeffhidden\u200d",
    f'<a {MARK} href="java\tscript:window.hacked=1">',
    f"two\r\nlines\x0b<iframe {MARK} srcdoc='<script>parent.hacked=1</script>'>",
)
ALL = " ".join(WORDS)
LONGEST = 10_000
# Where the names of what is stored are ours.
VALUES = {"templates_app.templatechange.proposed": {"name": ALL, "content": ALL}}
CODE = re.compile(r"^(on|x-|@|:|v-|hx-)")
# Words and counts of ours, which nobody writes.
OURS = {
    "notifications.hold.key",
    "services.user.temporary_roles",
    "notifications.deliveryevent.outcome",
    "notifications.lettercheck.message",
    "notifications.notification.postage",
    "notifications.personrequest.counts",
}


@dataclass
class Filled:
    """Which columns took what is hostile, and which the database refused."""

    taken: set = field(default_factory=set)
    refused: set = field(default_factory=set)


def fill(rows):
    """Write hostile content into every column of rows that may hold it."""
    filled = Filled()
    for model, each in rows.items():
        for number, row in enumerate(each):
            for column in text_fields(model):
                name = f"{model._meta.label_lower}.{column.name}"
                if name in OURS:
                    continue
                taken = _write(model, row, column, number)
                (filled.taken if taken else filled.refused).add(name)
            row.refresh_from_db()
    filled.refused -= filled.taken
    return filled


def _write(model, row, column, number):
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=row.pk).update(**{column.name: _content(column, number)})
    except (IntegrityError, DataError, ValidationError):
        return False
    return True


def _content(column, number):
    if isinstance(column, models.JSONField) or type(column).__name__ == "EncryptedJSONField":
        own = {"name": ALL, WORDS[0]: [WORDS[2]]}
        return VALUES.get(f"{column.model._meta.label_lower}.{column.name}", own)
    word = f"{WORDS[number % len(WORDS)]}{number}"
    if column.max_length:
        whole = f"{number} {ALL}"
        return whole if len(whole) <= column.max_length else word[: column.max_length]
    # Searched for, so that its index entry has to fit; the others are as long as they may be.
    return f"{number} {ALL}" + ("" if column.unique or column.db_index else "x" * LONGEST)


def dangers(page):
    """Return what of a page comes from hostile content and is more than text."""
    found = []
    document = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    for element in document.iter():
        tag = element.tag if isinstance(element.tag, str) else "comment"
        if tag == MARK:
            found.append(f"<{tag}>")
        if tag in {"script", "style"} and _breaks_out(element.text or ""):
            found.append(f"<{tag}> {_around(element.text)}")
        for name, value in element.attrib.items():
            found += [f"<{tag} {name}={_around(value)}>"] if _is_danger(str(name), value) else []
    if PRODUCT in page:
        found.append("a sum was done")
    return found


def _is_danger(name, value):
    if name == MARK:
        return True
    if name in {"href", "src", "action", "formaction", "srcdoc", "data"}:
        plain = re.sub(r"[\x00-\x20]", "", value).lower()
        return plain.startswith(("javascript:", "data:text", "vbscript:"))
    return bool(CODE.match(name)) and "hacked=1" in value


def _breaks_out(text):
    """Tell whether code holds hostile content that is not within a string of JSON."""
    return "hacked=1" in re.sub(r'"(?:[^"\\]|\\.)*"', "", text)


def _around(text):
    place = max(text.find("hacked"), 0)
    return text[max(0, place - 60) : place + 60]
