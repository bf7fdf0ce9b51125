"""In what language and time everything is, the same everywhere; the admin site is in London."""

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "notify_project.formats"
