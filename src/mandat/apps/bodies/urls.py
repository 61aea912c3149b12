from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "bodies"

urlpatterns: list[URLPattern | URLResolver] = []
