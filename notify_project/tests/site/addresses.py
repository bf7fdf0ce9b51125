"""The addresses of all pages of the admin site, with rows to show on them."""

import re
import uuid
from dataclasses import dataclass

from django.contrib import admin
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

# Signs out, or leads nowhere by itself.
LEFT_OUT = {"logout", "jsi18n", "view_on_site"}
# What an address wants to know beside the row it is about.
WORDS = {"page": 1, "app_label": "notifications", "queue": "priority", "step": "again"}


@dataclass(frozen=True)
class Page:
    """A page: its name, its address, and the model whose row it shows."""

    name: str
    url: str
    model: type | None = None
    is_list: bool = False


def pages(rows, *, each=1):
    """Return a page for each name there is, with the first row of what it shows.

    Args:
        rows: of each model the rows.
        each: how many of what there is of several kinds: a letter's page is not a text's.
    """
    found = {}
    for name, parameters in _patterns():
        model = _model_of(name)
        for row in _shown(model, rows, parameters)[: each if _has_kinds(model) else 1]:
            values = {known: _word(known, row) for known in parameters}
            try:
                url = reverse(f"admin:{name}", kwargs=values)
            except NoReverseMatch as error:
                raise AssertionError(f"how is {name} asked for with {values}?") from error
            is_list = name.endswith("_changelist")
            found[url] = Page(name, url, model, is_list)
    return list(found.values())


def _patterns():
    """Yield the name of each page of the admin site, and what its address wants to know."""
    [site] = [
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.app_name == "admin"
    ]
    yield from _below(site.url_patterns, ())


def _below(patterns, known):
    for each in patterns:
        parameters = (*known, *each.pattern.converters, *_named_groups(each))
        if isinstance(each, URLResolver):
            yield from _below(each.url_patterns, parameters)
        elif each.name and each.name not in LEFT_OUT:
            yield each.name, parameters


def _named_groups(each):
    return re.findall(r"\(\?P<(\w+)>", str(each.pattern))


def _model_of(name):
    """Return the model whose pages are called so."""
    for model in admin.site._registry:
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return None


def _shown(model, rows, parameters):
    if not parameters or model is None:
        return [None]
    return rows.get(model._meta.concrete_model, []) or [None]


def _has_kinds(model):
    return model is not None and bool(
        {"template_type", "notification_type"} & {field.name for field in model._meta.fields}
    )


def _word(parameter, row):
    if parameter in WORDS:
        return WORDS[parameter]
    if row is not None:
        return row.pk
    return uuid.UUID(int=0) if parameter.endswith("_id") or parameter == "id" else "nothing"
