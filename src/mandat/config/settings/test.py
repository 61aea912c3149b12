"""Tests: SQLite by default, PostgreSQL where MANDAT_TEST_DATABASE_URL says so."""

import os
import tempfile
from pathlib import Path

from mandat.config.settings.base import *  # noqa: F403
from mandat.config.settings.base import TEMPLATES, database

SECRET_KEY = "tests-only"  # noqa: S105
DATABASES = {"default": database(os.environ.get("MANDAT_TEST_DATABASE_URL", "sqlite:///:memory:"))}
VAR = Path(tempfile.gettempdir()) / f"mandat-test-{os.getpid()}"
MEDIA_ROOT = VAR / "media"
STATIC_ROOT = VAR / "static"
MANDAT_CUSTODY_ROOT = VAR / "custody"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
# An undefined template variable fails the test that meets it: see tests/conftest.py.
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "⟦undefined:%s⟧"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MANDAT_JOURNAL_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
MANDAT_PAGE_CACHE = False
MANDAT_CUSTODY_DEVELOPMENT = True
MANDAT_REGISTER = MANDAT_RNA = "fake"
