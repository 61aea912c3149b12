"""Forms of the back office of participatory budgets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mandat.apps.budgeting.models import Assessment, CostLine, Evidence, Opinion, Project
from mandat.apps.budgeting.services.delivery import Planned
from mandat.apps.budgeting.services.studies import Cost, Sheet
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.apps.programme.views.shared import words
from mandat.apps.territory import selectors as territory
from mandat.kernel.text import Text


def area_of(typed: str) -> str:
    """The code of a commune given by its code or name; empty for none. Raises ValidationError where nothing is called so."""
    typed = typed.strip()
    if not typed or territory.exists(typed):
        return typed
    found = territory.search_communes(typed, former=False).first()
    if found is None:
        raise forms.ValidationError(gettext("No commune is called “%(name)s”.") % {"name": typed[:80]})
    return str(found.area)


class RetainForm(forms.Form):
    """Retain an idea, alone or with others."""

    act = forms.CharField(widget=forms.HiddenInput, initial="retain")
    project = forms.ChoiceField(label=_("Study it"), required=False)
    part = forms.ChoiceField(label=_("Part of the budget"), required=False)

    def __init__(self, *args: Any, terms: BudgetTerms, studies: list[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("as a new project")),
            *((one.reference, gettext("with “%(title)s”") % {"title": one.title_fr}) for one in studies),
        ]
        cast("forms.ChoiceField", self.fields["project"]).choices = choices
        if terms.budget.parts:
            parts = [("", "–"), *((part.code, words(part.title)) for part in terms.budget.parts)]
            cast("forms.ChoiceField", self.fields["part"]).choices = parts
        else:
            del self.fields["part"]


class RefuseForm(forms.Form):
    """Refuse an idea on a published ground."""

    act = forms.CharField(widget=forms.HiddenInput, initial="refuse")
    ground = forms.ChoiceField(label=_("Ground"))
    reason = forms.CharField(
        label=_("What is said of this idea"), help_text=_("Public, for its author and for everyone."), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, terms: BudgetTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = [(one.code, words(one.label)) for one in terms.budget.refusals] or [
            ("other", str(_("another reason")))
        ]
        cast("forms.ChoiceField", self.fields["ground"]).choices = grounds


class SheetForm(forms.Form):
    """What the project is."""

    title_fr = forms.CharField(label=_("Title in French"), max_length=150)
    title_en = forms.CharField(label=_("Title in English"), max_length=150)
    summary_fr = forms.CharField(
        label=_("What it is, in French"), required=False, max_length=6000, widget=forms.Textarea(attrs={"rows": 5})
    )
    summary_en = forms.CharField(
        label=_("What it is, in English"), required=False, max_length=6000, widget=forms.Textarea(attrs={"rows": 5})
    )
    part = forms.ChoiceField(label=_("Part of the budget"), required=False)
    area = forms.CharField(
        label=_("Commune"),
        required=False,
        max_length=100,
        help_text=_("Its name or its code; nothing for the whole territory."),
    )
    owner = forms.CharField(label=_("Who will own and keep it"), required=False, max_length=200)
    manager = forms.CharField(label=_("Who carries it out"), required=False, max_length=200)
    months = forms.IntegerField(label=_("Months to carry it out"), required=False, min_value=1, max_value=120)
    changes = forms.CharField(
        label=_("What the study changes in the idea"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Its authors are asked whether they agree."),
    )  # fmt: skip

    def __init__(self, *args: Any, terms: BudgetTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms.budget.parts:
            cast("forms.ChoiceField", self.fields["part"]).choices = [
                ("", "–"), *((part.code, words(part.title)) for part in terms.budget.parts)
            ]  # fmt: skip
        else:
            del self.fields["part"]

    def clean_area(self) -> str:
        return area_of(self.cleaned_data["area"])

    @staticmethod
    def begun(project: Project) -> dict[str, Any]:
        names = ("title_fr", "title_en", "summary_fr", "summary_en", "part", "owner", "manager", "months", "changes")
        return {name: getattr(project, name) for name in names} | {"area": project.area}

    def sheet(self, project: Project) -> Sheet:
        given = self.cleaned_data
        return Sheet(
            title=Text(given["title_fr"], given["title_en"]), summary=Text(given["summary_fr"], given["summary_en"]),
            part=given.get("part", ""), category=project.category, area=given["area"], owner=given["owner"],
            manager=given["manager"], months=given["months"], changes=given["changes"],
        )  # fmt: skip


class CostsForm(forms.Form):
    """The cost sheet: a line each, ``kind ; label ; amount ; origin``."""

    lines = forms.CharField(
        label=_("Cost lines"), widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000,
        help_text=_("One a line: investissement or fonctionnement ; what ; amount in euros ; where the amount comes from."),
    )  # fmt: skip
    _KINDS = {
        "investissement": "investment",
        "investment": "investment",
        "fonctionnement": "running",
        "running": "running",
    }

    def clean_lines(self) -> list[Cost]:
        found = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            kind = self._KINDS.get(parts[0].lower())
            try:
                amount = Decimal(
                    parts[2]
                    .replace("\u202f", "")
                    .replace("\u00a0", "")
                    .replace(" ", "")
                    .replace("€", "")
                    .replace(",", ".")
                )
            except (IndexError, InvalidOperation):
                kind, amount = None, Decimal(0)
            if kind is None or len(parts) > 4:
                raise forms.ValidationError(
                    gettext("Line %(number)s: write kind ; what ; amount ; origin.") % {"number": number}
                )
            found.append(Cost(cast("Any", kind), parts[1], amount, parts[3] if len(parts) > 3 else ""))
        return found

    @staticmethod
    def begun(project: Project) -> dict[str, str]:
        said = {CostLine.Kind.INVESTMENT: "investissement", CostLine.Kind.RUNNING: "fonctionnement"}
        rows = (
            f"{said[CostLine.Kind(one.kind)]} ; {one.label} ; {one.euros:f} ; {one.origin}".rstrip("; ")
            for one in project.lines.all()
        )
        return {"lines": "\n".join(rows)}


class OpinionForm(forms.Form):
    """What a service says."""

    service = forms.CharField(label=_("Service"), max_length=200)
    stance = forms.ChoiceField(label=_("Opinion"), choices=Opinion.Stance.choices)
    text = forms.CharField(
        label=_("In its words"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    on = DayField(label=_("Given on"))


class AssessForm(forms.Form):
    """Each criterion of the process."""

    def __init__(self, *args: Any, terms: BudgetTerms, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = {one.criterion: one for one in project.assessments.all()}
        self.codes = [one.code for one in terms.budget.criteria]
        for one in terms.budget.criteria:
            before = said.get(one.code)
            self.fields[f"v-{one.code}"] = forms.ChoiceField(
                label=words(one.label), choices=Assessment.Verdict.choices, initial=before.verdict if before else None,
                help_text=words(one.help) if one.help else "",
            )  # fmt: skip
            self.fields[f"w-{one.code}"] = forms.CharField(
                label=gettext("Why: %(criterion)s") % {"criterion": words(one.label)}, required=False, max_length=500,
                initial=before.why if before else "",
            )  # fmt: skip

    def verdicts(self) -> dict[str, tuple[str, str]]:
        return {code: (self.cleaned_data[f"v-{code}"], self.cleaned_data[f"w-{code}"]) for code in self.codes}


class AgreementForm(forms.Form):
    """When the authors agreed."""

    on = DayField(label=_("The authors agreed on"))


class ConcludeForm(forms.Form):
    """The end of a study."""

    finding = forms.ChoiceField(label=_("Conclusion"), choices=[("feasible", _("feasible: it can be put to the vote")), ("infeasible", _("not feasible"))], widget=forms.RadioSelect)  # fmt: skip
    why = forms.CharField(label=_("Why, in public"), max_length=6000, widget=forms.Textarea(attrs={"rows": 4}))


class AwardForm(forms.Form):
    """The assembly's decision."""

    decision = forms.CharField(label=_("Deliberation"), max_length=120)
    on = DayField(label=_("Voted on"))


class PlanForm(forms.Form):
    """Steps of delivery: a line each, ``day ; title in French ; title in English``."""

    steps = forms.CharField(
        label=_("Steps"), widget=forms.Textarea(attrs={"rows": 6}), max_length=6000,
        help_text=_("One a line, in order: 2026-10-03 ; title in French ; title in English."),
    )  # fmt: skip

    def clean_steps(self) -> list[Planned]:
        found = []
        for number, line in enumerate(self.cleaned_data["steps"].splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            try:
                if len(parts) != 3:
                    raise ValueError
                found.append(Planned(Text(parts[1], parts[2]), dt.date.fromisoformat(parts[0])))
            except ValueError:
                raise forms.ValidationError(
                    gettext("Line %(number)s: write day ; title in French ; title in English.") % {"number": number}
                ) from None
        return found


class DoneForm(forms.Form):
    """A step is done, and what shows it."""

    rank = forms.IntegerField(label=_("Step"), min_value=1)
    on = DayField(label=_("Done on"))
    kind = forms.ChoiceField(label=_("What shows it"), choices=[("", "–"), *Evidence.Kind.choices], required=False)
    url = forms.URLField(label=_("Its address"), required=False, assume_scheme="https", max_length=500)
    caption = forms.CharField(label=_("What is seen, in words"), required=False, max_length=200)

    def evidence(self) -> list[tuple[str, str, str]]:
        given = self.cleaned_data
        return [(given["kind"], given["url"], given["caption"])] if given["kind"] else []


class DelayForm(forms.Form):
    """A step is put off."""

    rank = forms.IntegerField(label=_("Step"), min_value=1)
    until = DayField(label=_("Now due on"))
    why = forms.CharField(label=_("Why, in public"), max_length=500)


class PayForm(forms.Form):
    """Money was paid."""

    key = forms.CharField(label=_("Order of payment"), max_length=60)
    amount = NumberField(label=_("Amount in euros"))
    on = DayField(label=_("Paid on"))
    purpose = forms.CharField(label=_("What for"), max_length=200)


class DeliverForm(forms.Form):
    """The project is there."""

    on = DayField(label=_("Delivered on"))


class AbandonForm(forms.Form):
    """The project is given up."""

    why = forms.CharField(label=_("Why, in public"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
