"""Where one is signed in oneself, and signing out there."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from services.models import User
from services.sessions import open_sessions, sign_out


@never_cache
@login_required
def own_sessions(request: HttpRequest) -> HttpResponse:
    """List the browsers in which the person is signed in; a post ends all but this one."""
    user, here = cast("User", request.user), request.session.session_key
    if request.method == "POST":
        ended = sign_out(user, actor=user, but=here)
        messages.success(request, f"Signed out of {ended} other browsers.")
        return HttpResponseRedirect(reverse("account_sessions"))
    context = {
        **admin.site.each_context(request),
        "title": "Where you are signed in",
        "sessions": open_sessions(user),
        "here": here,
    }
    return TemplateResponse(request, "admin/account/sessions.html", context)
