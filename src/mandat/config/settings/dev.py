"""Development on one's own machine."""

import os

from mandat.config.settings.base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "development-only"  # noqa: S105 - serves nobody but its developer
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
MANDAT_PAGE_CACHE = False
MANDAT_CUSTODY_DEVELOPMENT = True
MANDAT_REGISTER = os.environ.get("MANDAT_REGISTER", "fake")
MANDAT_RNA = os.environ.get("MANDAT_RNA", "fake")
