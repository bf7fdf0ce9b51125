"""Entry point of the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notify_project.settings")
# A request is answered within five seconds, also when the database hangs.
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT_SECONDS", "4")

application = get_wsgi_application()

# What is loaded now stays: the garbage collector need not look through it at every request.
gc.collect()
gc.freeze()
