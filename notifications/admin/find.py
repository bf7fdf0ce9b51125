"""The page that finds anything: what was typed is posted, so that no address or log holds it."""

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from notifications.admin import status_words
from notifications.support import search_kinds as kinds
from notifications.support.search import (
    Answer,
    Group,
    Viewer,
    read_id,
    read_recipient,
    read_request,
    search,
)
from notifications.support.search_kinds import Hit, Kind
from notify_project import clock
from notify_project.admin.london import when
from notify_project.admin.names import short
from notify_project.admin.scope import may_see_service
from notify_project.api.errors import ApiError
from services.models import User

# By which parameter a kind's own list finds what has a name.
_LISTS: Final = {
    kinds.MESSAGES: "reference",
    **dict.fromkeys((kinds.JOBS, kinds.TEMPLATES, kinds.SERVICES, kinds.API_KEYS), "q"),
    **dict.fromkeys((kinds.ORGANISATIONS, kinds.PEOPLE, kinds.EVENTS), "q"),
}


@dataclass(frozen=True, slots=True)
class ShownHit:
    """One line of a table."""

    url: str
    name: str | SafeString
    state: str | SafeString
    service: str
    service_url: str
    hint: str
    at: SafeString


@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Ask what to find; show it, or lead to it if there is but one."""
    posted = request.method == "POST"
    term = (request.POST.get("term", "") if posted else request.GET.get("q", "")).strip()
    reason = request.POST.get("reason", "").strip()[:500]
    context: dict[str, Any] = {"term": term, "reason": reason, "title": "Find"}
    if not posted and term and read_id(term) is None and read_request(term) is None:
        # Whatever else stands in an address may tell who somebody is.
        context |= {"term": "", "error": "Type it here: only ids are looked for from a link"}
    elif posted or term:
        try:
            answer = search(term, viewer_of(request), reason=reason)
        except ApiError as error:
            context["error"] = error.message
        else:
            if only := _only_hit(answer):
                return HttpResponseRedirect(_url(only.kind, only.id))
            context |= _shown(answer, term)
    return TemplateResponse(
        request, "admin/find.html", {**admin.site.each_context(request), **context}
    )


def viewer_of(request: HttpRequest) -> Viewer:
    """Return who looks, with what they may see."""
    user = cast("User", request.user)
    return Viewer(
        user,
        may=user.has_perm,
        may_see=lambda service_id: service_id is None or may_see_service(user, service_id),
    )


def _only_hit(answer: Answer) -> Hit | None:
    hits = answer.hits
    return hits[0] if len(hits) == 1 and not answer.wants_reason else None


def _shown(answer: Answer, term: str) -> dict[str, Any]:
    is_recipient = "@" in term or read_recipient(term) is not None
    return {
        "answer": answer,
        "tables": [
            (group, list(map(_line, group.hits)), None if is_recipient else _list_of(group, term))
            for group in answer.groups
        ],
        "has_hints": bool(answer.groups) and any(hit.hint for hit in answer.hits),
    }


def _line(hit: Hit) -> ShownHit:
    is_message = hit.kind in {kinds.MESSAGES, kinds.HISTORY}
    return ShownHit(
        url=_url(hit.kind, hit.id),
        name=short(hit.name),
        state=status_words.label(hit.state) if is_message else hit.state,
        service=short(hit.service),
        service_url=_url(kinds.SERVICES, hit.service_id) if hit.service_id else "",
        hint=hit.hint,
        at=when(hit.at, clock.now()),
    )


def _url(kind: Kind, row_id: UUID) -> str:
    if kind is kinds.SERVICES:
        return reverse("service-overview", args=[row_id])
    return reverse(f"admin:{kind.permission.partition('.')[0]}_{kind.name}_change", args=[row_id])


def _list_of(group: Group, term: str) -> str | None:
    """Return the list that shows all of a kind."""
    parameter = _LISTS.get(group.kind)
    if not group.has_more or parameter is None:
        return None
    app = group.kind.permission.partition(".")[0]
    page = reverse(f"admin:{app}_{group.kind.name}_changelist")
    return f"{page}?{urlencode({parameter: term})}"
