"""Figures, and what must be counted again."""

from django.db import models

from notify_project import clock


class TemplateUsageRepair(models.Model):
    """A day of a service whose counter of template usage may be wrong."""

    service_id = models.UUIDField()
    day = models.DateField(help_text="London day.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "template_usage_repairs"
        constraints = [
            models.UniqueConstraint(fields=["service_id", "day"], name="uq_template_usage_repair")
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.day}"
