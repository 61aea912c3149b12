"""Forms of the account: sign in, preferences, roles."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import Role, User


def _email_widget() -> forms.EmailInput:
    return forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"})


class SignInForm(LoginForm):  # type: ignore[misc]
    """Asks the address alone; a code follows by e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("Your e-mail address"),
            help_text=_("We send you a code to type on the next page. There is no password."),
            widget=_email_widget(),
        )


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Asks the address alone; a code follows to check it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label=_("Your e-mail address"),
            help_text=_("We send you a code to check that it is yours. There is no password."),
            widget=_email_widget(),
        )


class PreferencesForm(forms.ModelForm[User]):
    """Name shown to agents, language of pages and e-mails."""

    class Meta:
        model = User
        fields = ("name", "language")
        labels = {"name": _("Name"), "language": _("Language of your e-mails and of your account")}
        help_texts = {"name": _("Optional. Agents see it when they confirm what you declared; it is never published.")}
        widgets = {"language": forms.RadioSelect, "name": forms.TextInput(attrs={"autocomplete": "name"})}


class DeletionForm(forms.Form):
    """One deletes an account on purpose."""

    sure = forms.BooleanField(label=_("I understand that my account cannot be restored"))


class RoleForm(forms.Form):
    """Give a role to an account, known by its address."""

    email = forms.EmailField(label=_("E-mail address"), widget=_email_widget())
    role = forms.ChoiceField(
        label=_("Role to give"), choices=[(r.value, r.label) for r in Role if r is not Role.INHABITANT]
    )
