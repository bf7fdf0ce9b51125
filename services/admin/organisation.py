"""Organisations."""

from django.contrib import admin

from notify_project.admin.pages import StaffAdmin
from services.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(StaffAdmin[Organisation]):
    """Who runs services."""

    list_display = ["name", "organisation_type", "active"]
    search_fields = ["name"]
    search_help_text = "Part of a name."
    fields = ["name", "organisation_type", "active"]
    ordering = ["name"]
