"""What is logged, and how its lines look, read from the environment by the settings."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


def log_settings(env: environ.Env) -> dict[str, Any]:
    """Return the configuration of Python's logging.

    Raises:
        ImproperlyConfigured: there is no such form of lines.
    """
    # Lines for people, or objects for programs.
    form = env.str("LOG_FORMAT", default="text")
    if form not in {"text", "json"}:
        raise ImproperlyConfigured("LOG_FORMAT must be text or json.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"},
            "json": {"()": "notify_project.logs.JsonFormatter"},
        },
        "filters": {"request_id": {"()": "notify_project.logs.RequestId"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["request_id"],
            }
        },
        # In detail they say what a page shows and what a query asks for: whom messages went to.
        "loggers": {name: {"level": "INFO"} for name in ("django.template", "django.db.backends")},
        "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    }
