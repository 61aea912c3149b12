"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mandat.config.settings.production")

application = get_wsgi_application()

# What is loaded now stays for the life of the process: the collector need not walk it again at every page. A page with a
# thousand cells otherwise pays for several full collections, a tenth of a second each.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
