from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.programme.views.bureau import tasks

app_name = "bureau"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", tasks.tasks, name="tasks"),
]
