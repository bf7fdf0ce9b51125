"""Folders of templates: one tree for each service."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from unfold.views import ChangeList

from notify_project.admin.asking import AsksWhy
from notify_project.admin.names import cleaned_name, short
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.stale import MergingForm
from services.models import User
from templates_app.folder_paths import shown_paths_of
from templates_app.folders import create_folder, delete_folder, move, rename_folder
from templates_app.models import Template, TemplateFolder


class FolderTree(ChangeList):
    """The rows of a page in the order of the tree, each with its path."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        """Find out the paths of all rows at once."""
        super().get_results(request)
        rows = list(self.result_list)
        paths = shown_paths_of({row.service_id for row in rows})
        for row in rows:
            row.path = paths[row.pk]
        places = {each: place for place, each in enumerate(paths)}
        self.result_list = sorted(rows, key=lambda row: (row.service.name, places[row.pk]))


class FolderForm(ReasonedForm, MergingForm[TemplateFolder]):
    """A name, the folder that this one is in, and why it changes."""

    class Meta:
        model = TemplateFolder
        fields: ClassVar[list[str]] = ["service", "name", "parent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            service = self.instance.service_id
            field = cast("Any", self.fields["parent"])
            field.queryset = TemplateFolder.objects.filter(service=service)
            field.choices = [("", "Top level"), *shown_paths_of([service]).items()]

    def clean_name(self) -> str:
        """Check the name as it will be kept."""
        return cleaned_name(self)

    def clean(self) -> dict[str, Any]:
        """Keep what others changed meanwhile."""
        return self.merge(super().clean() or {})


@admin.register(TemplateFolder)
class FolderAdmin(AsksWhy, UseCaseAdmin[TemplateFolder]):
    """Where templates are kept. A new folder is at the top level until it is moved."""

    service_path = "service"
    form = FolderForm
    list_display = ["path", "service"]
    list_select_related = ["service"]
    list_per_page = 500
    search_fields = ["=id", "name", "service__name"]
    search_help_text = "Id, or part of the name of a folder or service."
    autocomplete_fields = ["service"]
    ordering = ["service__name", "name", "id"]
    actions = None
    when_deleted = "Only a folder with nothing in it is deleted."

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Show a tree."""
        return FolderTree

    def get_fields(self, request: HttpRequest, obj: TemplateFolder | None = None) -> Any:
        """Ask for the service once; it never changes."""
        if obj is None:
            return ["service", "name", "reason"]
        asked = ["reason", "shown"] if self.has_change_permission(request, obj) else []
        return ["service", "name", "parent", "inside", *asked]

    def get_readonly_fields(self, request: HttpRequest, obj: TemplateFolder | None = None) -> Any:
        """Protect what never changes."""
        return ["service", "inside"] if obj else []

    @admin.display(description="folder")
    def path(self, obj: Any) -> str:
        """Show where the folder is."""
        return short(obj.path)

    @admin.display(description="in this folder")
    def inside(self, obj: TemplateFolder) -> str:
        """Link to what is in it."""
        folders = TemplateFolder.objects.filter(parent=obj).order_by("name", "id")
        templates = Template.objects.filter(folder=obj).order_by("name", "id")
        links = [("templatefolder", row.pk, f"{row.name}/") for row in folders]
        links += [("template", row.pk, row.name) for row in templates]
        return (
            format_html_join(
                "",
                '<div><a class="text-primary-600 dark:text-primary-500" href="{}">{}</a></div>',
                (
                    (reverse(f"admin:templates_app_{model}_change", args=[pk]), name)
                    for model, pk, name in links
                ),
            )
            or "nothing"
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: TemplateFolder,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Make, rename or move through the use cases."""
        actor, given = cast("User", request.user), form.cleaned_data
        if not change:
            obj.pk = create_folder(given["service"], given["name"], actor=actor).pk
            return
        different = form.differences()
        if "name" in different:
            rename_folder(obj, different["name"], actor=actor)
        if "parent" in different:
            into = getattr(different["parent"], "pk", None)
            move(obj.service, folder_ids=[obj.pk], into=into, actor=actor)

    def delete_model(self, request: HttpRequest, obj: TemplateFolder) -> None:
        """Delete through the use case."""
        delete_folder(obj, actor=cast("User", request.user))
