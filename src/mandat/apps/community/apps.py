from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "mandat.apps.community"
    label = "community"
    verbose_name = _("Following and moderation")
