"""Who wrote the versions of templates."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from services.models import User
from templates_app.models import TemplateHistory


def with_authors(versions: QuerySet[TemplateHistory]) -> QuerySet[TemplateHistory, Any]:
    """Add the address of the author to each version; programs have none."""
    authors = User.objects.filter(id=OuterRef("created_by_id")).values("email_address")
    return versions.annotate(author=Subquery(authors))
