"""A page that fails, beside what answers when one does."""

from django.urls import path

from notify_project.urls import handler500  # noqa: F401 - Django asks for it


def _fail(request):
    raise RuntimeError("a secret")


urlpatterns = [path("fails", _fail)]
