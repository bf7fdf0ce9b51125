"""The page between a grave act and what it does: a reason, and a name that is typed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from notify_project.admin.reasons import WhyForm
from notify_project.api.errors import ApiError


@dataclass(frozen=True)
class Question:
    """What is asked before an act.

    Attributes:
        title: the question.
        button: the verb.
        consequences: what comes of it, a line each.
        back: where whoever leaves it goes, and where the act ends.
        typed: what must be typed exactly as it is written; empty for acts that can be undone.
        typed_name: what that is.
        naming: recipients, whom the reason must not name.
        hidden: further fields of the form.
        rows: what is acted on, if it is several things.
        shown: what else is to be looked at before.
    """

    title: str
    button: str
    consequences: Sequence[str]
    back: str
    typed: str = ""
    typed_name: str = "the name"
    naming: Sequence[str] = ()
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows: Sequence[object] = ()
    shown: str = ""


def chosen(action: str, rows: Iterable[Model]) -> dict[str, list[str]]:
    """Return the hidden fields by which the rows of a list are chosen again."""
    return {"action": [action], "_selected_action": [str(row.pk) for row in rows]}


class ConfirmForm(WhyForm):
    """A reason, and what must be typed."""

    typed = forms.CharField(
        required=False, strip=True, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    )

    def __init__(self, question: Question, *args: Any) -> None:
        super().__init__(*args)
        self._question, self.naming = question, question.naming
        if question.typed:
            self.fields["typed"].label = f"Type {question.typed_name} to go on: {question.typed}"
        else:
            del self.fields["typed"]

    def clean_typed(self) -> str:
        """Want it letter by letter."""
        typed = str(self.cleaned_data["typed"])
        if typed != self._question.typed.strip():
            raise ValidationError("That is not what is written above. Nothing was changed.")
        return typed


def confirm(
    page: ModelAdmin[Any],
    request: HttpRequest,
    question: Question,
    do: Callable[[str], str],
) -> HttpResponse:
    """Ask first; once it is answered, act, and say what came of it.

    Args:
        page: whose act it is.
        request: the first that asks for the act, or the one that confirms it.
        question: what to ask.
        do: acts, given the reason, and returns what to say; what it refuses is said, too.
    """
    form = answer_to(question, request)
    if form.is_valid():
        try:
            said = do(form.cleaned_data["reason"])
        except ApiError as error:
            page.message_user(request, error.message, messages.ERROR)
        else:
            page.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(question.back)
    return ask(page, request, question, form)


def answer_to(question: Question, request: HttpRequest) -> ConfirmForm:
    """Return the form of a question, bound if the request answers it."""
    is_answered = request.method == "POST" and "confirmed" in request.POST
    return ConfirmForm(question, *((request.POST,) if is_answered else ()))


def ask(
    page: ModelAdmin[Any], request: HttpRequest, question: Question, form: ConfirmForm
) -> HttpResponse:
    """Return the page that asks, with what was wrong about the answer, if it was answered."""
    context = {
        **page.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "form": form,
        "opts": page.opts,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/confirm_typed.html", context, status=status)
