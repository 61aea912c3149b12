"""No model may hold something about a person without saying so: to them, and in the register of treatments."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps

from mandat.apps.custody import personal, retention


def test_every_model_linked_to_a_person_is_in_a_holding() -> None:
    """Mend: custody.personal.register(…) in the app's ready(), or personal.exempt(model, why)."""
    assert personal.unregistered(personal.covered()) == []


def test_every_model_linked_to_a_person_is_in_the_register_of_treatments() -> None:
    """Mend: custody.retention.register(…) in the app's ready()."""
    assert personal.unregistered({*retention.covered(), *personal._EXEMPT}) == []


def test_a_model_that_forgot_is_found(monkeypatch: Any) -> None:
    with isolate_apps("mandat.apps.custody") as isolated:

        class Forgetful(models.Model):
            owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)

            class Meta:
                app_label = "custody"

        Forgetful.__module__ = "mandat.apps.custody.models"
        Forgetful._meta.get_field("owner").remote_field.model = personal.get_user_model()
        monkeypatch.setattr(personal.apps, "get_models", isolated.get_models)
        assert personal.unregistered(set()) == ["custody.Forgetful"]
        assert personal.unregistered({"custody.forgetful"}) == []


def test_the_registers_name_models_that_exist() -> None:
    from django.apps import apps

    for label in {*retention.covered(), *personal.covered()}:
        apps.get_model(label)
