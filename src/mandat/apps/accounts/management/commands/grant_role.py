"""``mandat manage grant_role ADDRESS ROLE``: how the first administrator is named."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from mandat.apps.accounts.models import Role, User
from mandat.apps.accounts.services import role_grant


class Command(BaseCommand):
    help = "Gives a role to an account, made where it does not exist yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("role", choices=[r.value for r in Role if r is not Role.INHABITANT])

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"].strip().lower()
        try:
            validate_email(address)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except Exception as error:  # noqa: BLE001 - ValidationError has no plain text of its own
            raise CommandError("; ".join(getattr(error, "messages", [str(error)]))) from None
        user = User.objects.filter(email=address).first() or User.objects.create_user(address)
        role_grant(actor=None, user=user, role=options["role"])
        self.stdout.write("ok")
