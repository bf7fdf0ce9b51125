"""Organisations."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from services.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(ModelAdmin[Organisation]):
    """Who runs services."""

    list_display = ["name", "organisation_type", "active"]
    search_fields = ["name"]
    search_help_text = "Part of a name."
    fields = ["name", "organisation_type", "active"]
    ordering = ["name"]
