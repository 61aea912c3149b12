"""Forms of mediation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mandat.apps.accounts.models import User
from mandat.apps.mediation.models import Case, Party
from mandat.apps.mediation.terms import Terms
from mandat.apps.organisations import selectors as organisations
from mandat.web.templatetags.formats import say


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class AskForm(forms.Form):
    """Ask for a mediation."""

    organisation = forms.ChoiceField(label=gettext_lazy("You ask"), required=False)
    called = forms.CharField(
        label=gettext_lazy("How the other party is to call you"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A name, or that of your group. Your e-mail address is never given."),
    )
    service = forms.ChoiceField(label=gettext_lazy("With which service"))
    title = forms.CharField(label=gettext_lazy("In one line"), max_length=120)
    account = forms.CharField(label=gettext_lazy("What happens"), max_length=8000, widget=_area(8))
    wanted = forms.CharField(label=gettext_lazy("What you want"), max_length=8000, required=False, widget=_area(4))
    urgent = forms.BooleanField(
        label=gettext_lazy("Somebody is threatened, or put under pressure, for what we defend"),
        required=False,
        help_text=gettext_lazy("It is then taken up at once. In danger, call 17 or 112 first."),
    )

    def __init__(self, *args: Any, terms: Terms, user: User, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"called": user.name}, **options})
        self.members = [one for one in organisations.organisations_of(user) if one.rank in organisations.MAY["edit"]]
        if self.members:
            mine = [(str(one.organisation.reference), one.organisation.name) for one in self.members]
            _choose(self, "organisation", [("", _("in your own name, or that of a group without papers")), *mine])
        else:
            del self.fields["organisation"]
        if terms.component.services:
            _choose(self, "service", [("", ""), *((one.code, say(one.label)) for one in terms.component.services)])
        else:
            del self.fields["service"]

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        values = dict(self.cleaned_data)
        chosen = values.pop("organisation", "")
        if chosen:
            values["organisation"] = next(
                one.organisation for one in self.members if str(one.organisation.reference) == chosen
            )
        return values


class MessageForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your message"), max_length=8000, widget=_area(4))
    aside = forms.BooleanField(label=gettext_lazy("For the mediator alone"), required=False)
    to = forms.ChoiceField(label=gettext_lazy("To"), required=False)

    def __init__(self, *args: Any, parties: list[Party] | None = None, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "message_%s", **options})
        if parties is None:
            del self.fields["to"]
        else:
            del self.fields["aside"]
            _choose(
                self,
                "to",
                [("", _("everybody"))] + [(str(one.pk), _("%(name)s alone") % {"name": one.called}) for one in parties],
            )


class InviteForm(forms.Form):
    side = forms.ChoiceField(label=pgettext_lazy("mediation", "Side"), choices=Party.Side.choices)
    called = forms.CharField(label=gettext_lazy("Who"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of their account, if they have one"),
        required=False,
        help_text=gettext_lazy("It is not kept. Without one, hand the link over yourself."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "invite_%s", **options})


class ProposalForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("What you propose"), max_length=8000, widget=_area(5))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "proposal_%s", **options})


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it"), choices=Case.Outcome.choices, widget=forms.RadioSelect
    )
    summary = forms.CharField(
        label=gettext_lazy("What was agreed, for the parties alone"), max_length=8000, widget=_area(5)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "close_%s", **options})


class DeclineForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why it is no matter for mediation"), max_length=8000, widget=_area(3))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "decline_%s", **options})


class NameForm(forms.Form):
    mediator = forms.EmailField(label=gettext_lazy("E-mail address of the mediator's account"))
