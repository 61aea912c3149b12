"""Settings that do not wait for a locked database."""

from mandat.config.settings.dev import *  # noqa: F403
from mandat.config.settings.dev import DATABASES

DATABASES["default"]["OPTIONS"]["timeout"] = 0.2
