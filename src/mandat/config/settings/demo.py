"""The demonstration: SQLite, synthetic history, accounts whose codes are shown."""

import os

from mandat.config.settings.base import *  # noqa: F403

MANDAT_DEMO = True
SECRET_KEY = os.environ.get("MANDAT_SECRET_KEY", "demonstration-only-not-a-secret")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"  # noqa: F405
MANDAT_CUSTODY_DEVELOPMENT = True
MANDAT_REGISTER = os.environ.get("MANDAT_REGISTER", "fake")
MANDAT_RNA = os.environ.get("MANDAT_RNA", "fake")
