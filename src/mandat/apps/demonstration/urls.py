"""The demonstration's own address; it answers only where the demonstration runs."""

from __future__ import annotations

from django.urls import path

from mandat.apps.demonstration import views

app_name = "demonstration"

urlpatterns = [path("demonstration/entrer/", views.enter, name="enter")]
