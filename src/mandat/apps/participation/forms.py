"""Forms of participation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from mandat.apps.accounts.models import Role
from mandat.apps.custody.forms import CheckedFileField
from mandat.apps.organisations import selectors as organisations
from mandat.apps.participation import plain, standing, words
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.models import Proposal
from mandat.apps.participation.models.debates import Side
from mandat.apps.participation.services.proposals import PURPOSE
from mandat.apps.programme.published import published, say
from mandat.apps.territory import selectors as territory
from mandat.facts.base import CATEGORIES
from mandat.kernel.errors import InputError

_GENDERS = {
    "women": gettext_lazy("a woman"),
    "men": gettext_lazy("a man"),
    "other": gettext_lazy("otherwise"),
}


class CommuneField(forms.CharField):
    """A commune by name, by name and département, by postcode or by code. Gives its INSEE code, or an empty text."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 80)
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "address-level2"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        text = str(value or "")
        if len(text) == 5 and territory.exists(f"commune:{text}"):
            return f"{territory.area_name(f'commune:{text}')} ({text[:2]})"
        return text

    def clean(self, value: Any) -> Any:
        typed = " ".join(str(super().clean(value) or "").split())
        if not typed:
            return ""
        if territory.exists(f"commune:{typed}"):
            return territory.resolve(f"commune:{typed}").split(":")[1]
        name, _sep, rest = typed.partition("(")
        department = rest.rstrip(") ").strip()
        found = list(territory.search_communes(name.strip(), departement=department)[:6]) if name.strip() else []
        exact = [one for one in found if territory.fold(one.name) == territory.fold(name)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0].code
        if not found:
            raise forms.ValidationError(_("No commune has this name: check it, or write the INSEE code."))
        listed = ", ".join(f"{one.name} ({one.departement_id})" for one in (exact or found)[:5])
        raise forms.ValidationError(_("Several communes have this name. Write one of: %(list)s.") % {"list": listed})


class ProcessFilters(forms.Form):
    """What narrows the list of processes; names of fields are those of the address."""

    faire = forms.ChoiceField(label=gettext_lazy("What I can do now"), required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), required=False)
    lieu = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=80)
    quoi = forms.ChoiceField(label=pgettext_lazy("process", "Kind"), required=False)
    mesure = forms.IntegerField(label=gettext_lazy("Measure"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        every = [("", pgettext("filter", "all"))]
        self._choose("faire", every + [(code, str(text)) for code, text in plain.DOES.items()])
        self._choose("quoi", every + [(code, str(text)) for code, text in plain.TYPES.items()])
        try:
            chapters = [(code, say(chapter.title)) for code, chapter in published().chapters.items()]
        except InputError:
            chapters = []
        self._choose("theme", every + chapters)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class JoinForm(forms.Form):
    """What a process asks once; fields it does not need are not there."""

    mark_optional = True

    organisation = forms.ChoiceField(label=gettext_lazy("You take part"), required=False, widget=forms.RadioSelect)
    commune = CommuneField(label=gettext_lazy("Commune where you live"), required=False)
    birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=gettext_lazy("It is looked at and not kept: only your age band is."),
        error_messages={"invalid": gettext_lazy("Write the day as 2006-10-03 or 03/10/2006.")},
    )
    age_band = forms.ChoiceField(label=gettext_lazy("Age"), required=False)
    quality = forms.ChoiceField(label=gettext_lazy("In what quality"), required=False)
    gender = forms.ChoiceField(
        label=gettext_lazy("You are"),
        required=False,
        help_text=gettext_lazy("Only to know whether everyone is heard: published in numbers of five or more."),
    )
    pseudonym = forms.CharField(
        label=gettext_lazy("Name shown to others"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Your name, or another you choose. Your e-mail address is never shown."),
    )
    official = forms.BooleanField(label=gettext_lazy("I speak for the Region"), required=False)

    def __init__(self, *args: Any, published: PublishedProcess, user: Any, place: Any = None, **options: Any) -> None:
        self.published, self.user = published, user
        who = published.process.participants
        initial = {"pseudonym": user.name}
        if place is not None:
            initial = {
                "commune": place.area.partition(":")[2], "age_band": place.age_band, "gender": place.gender,
                "quality": place.quality, "pseudonym": place.pseudonym, "official": place.official,
            }  # fmt: skip
        super().__init__(*args, **{**options, "initial": initial})
        self.members = list(organisations.organisations_of(user)) if who.organisations else []
        self.members = [one for one in self.members if one.rank in organisations.MAY["edit"]]
        if self.members:
            self._choose(
                "organisation",
                [("", _("in your own name"))] + [(str(one.organisation.reference), one.organisation.name) for one in self.members],
            )  # fmt: skip
        else:
            del self.fields["organisation"]
        self.fields["commune"].required = bool(who.areas)
        if standing.asks_birth(published) and who.verification.age != "oidc":
            del self.fields["age_band"]
        else:
            del self.fields["birth"]
            words_ = {"unknown": _("I prefer not to say")}
            self._choose(
                "age_band",
                [("", _("I prefer not to say"))] + [(one, words_.get(one, one)) for one in CATEGORIES["age"] if one != "unknown"],
            )  # fmt: skip
        if "birth" in self.fields:
            # Whoever may speak for an organisation gives none for it.
            self.fields["birth"].required = "organisation" not in self.fields
            self.fields["birth"].error_messages["required"] = _("Give your date of birth: this process has an age.")
        if who.qualities:
            self._choose("quality", [("", "")] + [(code, str(plain.QUALITIES[code])) for code in who.qualities])
        else:
            del self.fields["quality"]
        self._choose("gender", [("", _("I prefer not to say")), *_GENDERS.items()])
        if not {Role.AGENT.value, Role.ELECTED.value} & user.roles:
            del self.fields["official"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_pseudonym(self) -> str:
        name = words.short(self.cleaned_data["pseudonym"], 60)
        if "@" in name:
            raise forms.ValidationError(_("An e-mail address is not a name to show."))
        return name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (
            "birth" in self.fields
            and not values.get("organisation")
            and not values.get("birth")
            and "birth" not in self.errors
        ):
            self.add_error("birth", _("Give your date of birth: this process has an age."))
        return values

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        values = dict(self.cleaned_data)
        chosen = values.pop("organisation", "")
        values["organisation"] = next(
            (one.organisation for one in self.members if str(one.organisation.reference) == chosen), None
        )
        return values


class WordsForm(forms.Form):
    """The first step of a proposal: what it is called and says."""

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=150, help_text=gettext_lazy("What you propose, in one sentence.")
    )
    text = forms.CharField(
        label=gettext_lazy("Your proposal"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("Why, for whom, how. Plain text: a line that begins with a dash is a list, web addresses become links."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=gettext_lazy("Written in"),
        choices=[("fr", "français"), ("en", "English")],
        widget=forms.RadioSelect,
        initial="fr",
    )

    def __init__(self, *args: Any, component: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        text: Any = self.fields["text"]
        text.max_length = component.longest
        text.widget.attrs["maxlength"] = component.longest


class WhereForm(forms.Form):
    """The second step: its category, and where."""

    mark_optional = True
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False, widget=forms.RadioSelect)
    commune = CommuneField(label=gettext_lazy("Commune it is about"), required=False)
    point = forms.CharField(
        label=gettext_lazy("Precise point"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Latitude and longitude, as maps give them: 47.9025, 1.9090."),
    )

    def __init__(self, *args: Any, component: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if component.categories:
            field = self.fields["category"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(one.code, say(one.label)) for one in component.categories]
            field.required = True
        else:
            del self.fields["category"]
        if component.place == "none":
            del self.fields["commune"], self.fields["point"]
        else:
            self.fields["commune"].required = component.place == "required"


class OtherLanguageForm(forms.Form):
    """The third step: the same in the other language, by whoever can."""

    mark_optional = True
    title_other = forms.CharField(label=gettext_lazy("Title"), max_length=150, required=False)
    text_other = forms.CharField(
        label=gettext_lazy("Your proposal"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )


class AttachmentForm(forms.Form):
    """A file, and what it shows: whoever cannot see it reads that."""

    title = forms.CharField(label=gettext_lazy("What this file shows"), max_length=150)
    file = CheckedFileField(
        purpose=PURPOSE, label=gettext_lazy("File"), help_text=gettext_lazy("PDF or picture, 5 MB at most.")
    )


class ChangeForm(WordsForm):
    """A published proposal written anew, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Why you change it"), max_length=300, help_text=gettext_lazy("Shown with the new version.")
    )

    def __init__(self, *args: Any, component: Any, **options: Any) -> None:
        super().__init__(*args, component=component, **options)
        del self.fields["language"]


class AmendForm(WordsForm):
    """Other words for someone else's proposal."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What this changes, and why it is better."),
    )  # fmt: skip

    def __init__(self, *args: Any, component: Any, **options: Any) -> None:
        super().__init__(*args, component=component, **options)
        del self.fields["language"]


class CommentForm(forms.Form):
    """Something to say, and where one stands."""

    side = forms.ChoiceField(
        label=gettext_lazy("Where you stand"), choices=Side.choices, widget=forms.RadioSelect, initial=Side.NEITHER
    )
    text = forms.CharField(label=gettext_lazy("Your comment"), widget=forms.Textarea(attrs={"rows": 4}))
    parent = forms.CharField(required=False, widget=forms.HiddenInput, max_length=12)

    def __init__(self, *args: Any, sides: bool = True, longest: int = 2000, **options: Any) -> None:
        super().__init__(*args, **options)
        text: Any = self.fields["text"]
        text.max_length, text.widget.attrs["maxlength"] = longest, longest
        if not sides:
            del self.fields["side"]


class ProposalFilters(forms.Form):
    """What narrows the list of proposals; names of fields are those of the address."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    categorie = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    lieu = CommuneField(label=gettext_lazy("Commune"), required=False)
    suite = forms.ChoiceField(label=gettext_lazy("What becomes of it"), required=False)
    ordre = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(self, *args: Any, component: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        every = [("", pgettext("filter", "all"))]
        self._choose("categorie", every + [(one.code, say(one.label)) for one in component.categories])
        self._choose("suite", every + [(code, label) for code, label in Proposal.Status.choices if code])
        orders = [("", _("by chance")), ("recentes", _("latest first")), ("soutiens", _("most supported")), ("commentaires", _("most discussed"))]  # fmt: skip
        self._choose("ordre", orders)
        if not component.categories:
            del self.fields["categorie"]
        if component.place == "none":
            del self.fields["lieu"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class StatusForm(forms.Form):
    """What becomes of a proposal, with a public reason."""

    mark_optional = True
    status = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=[one for one in Proposal.Status.choices if one[0]],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Public reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=3000
    )
    reason_en = forms.CharField(
        label=gettext_lazy("The same in English"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=3000,
    )
    url = forms.CharField(
        label=gettext_lazy("Where it leads"), required=False, max_length=300,
        help_text=gettext_lazy("The page of the decision, the measure or the budget line."),
    )  # fmt: skip


class MergeForm(forms.Form):
    """Which proposals join which, and why."""

    into = forms.CharField(label=gettext_lazy("Reference of the proposal that stays"), max_length=12)
    sources = forms.CharField(
        label=gettext_lazy("References of those that join it"),
        max_length=700,
        help_text=gettext_lazy("Parted by spaces."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Public reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_sources(self) -> list[str]:
        return str(self.cleaned_data["sources"]).replace(",", " ").replace(";", " ").lower().split()

    def clean_into(self) -> str:
        return str(self.cleaned_data["into"]).strip().lower()


class RulesForm(forms.Form):
    """Why the rules of a running process change."""

    mark_optional = True
    reason = forms.CharField(
        label=gettext_lazy("Public reason"), widget=forms.Textarea(attrs={"rows": 5}), max_length=3000
    )
    reason_en = forms.CharField(
        label=gettext_lazy("The same in English"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=3000,
    )


class AttestForm(forms.Form):
    """An agent saw that someone meets the conditions."""

    mark_optional = True
    email = forms.EmailField(label=gettext_lazy("E-mail address of the account"))
    commune = CommuneField(label=gettext_lazy("Commune where they live"), required=False)
    least_age = forms.BooleanField(label=gettext_lazy("They have the ages asked"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("What you saw"),
        max_length=200,
        help_text=gettext_lazy("For example: proof of address. Nothing of it is kept."),
    )
