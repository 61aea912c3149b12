"""For everyone: the directory of rights, one right, and whether a certificate is valid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.measures import active_filters, matches
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.apps.programme.vocabulary import AUDIENCES
from mandat.apps.rights.models import ALPHABET, Benefit
from mandat.apps.rights.services.moving import today
from mandat.apps.rights.terms import Terms, rights, terms_at
from mandat.apps.rights.views.shared import BENEFITS, RHYTHMS, home_crumb
from mandat.web.components import Card, Crumb, Figure, Filters

COUNTED = "rights.beneficiaries_counted.v1"


class RightFilters(forms.Form):
    """What narrows the directory: words, who I am, what I look for."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    public = forms.ChoiceField(label=gettext_lazy("Who I am"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("What I look for"), required=False)

    def __init__(self, found: list[Terms], data: Any) -> None:
        super().__init__(data)
        audiences = {audience for terms in found for audience in terms.document.audiences}
        types = {terms.document.benefit.type for terms in found}
        said: list[tuple[str, Any]] = sorted(((str(a), str(AUDIENCES[a])) for a in audiences), key=lambda pair: pair[1])
        for name, choices in (("public", said), ("type", [(c, str(t)) for c, t in BENEFITS.items() if c in types])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]

    def accepts(self, terms: Terms) -> bool:
        wanted, right = self.cleaned_data, terms.document
        if wanted.get("public") and not {wanted["public"], "everyone"} & set(right.audiences):
            return False
        if wanted.get("type") and wanted["type"] != right.benefit.type:
            return False
        text = wanted.get("q", "").strip()
        return not text or matches(text, f"{words(right.title)} {words(right.summary)} {words(right.for_whom)}")


@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Every right, narrowed by the filters of the address."""
    current = programme_or_404()
    found = list(rights(current).values())
    form = RightFilters(found, request.GET)
    valid = form.is_valid()
    kept = [terms for terms in found if not valid or form.accepts(terms)]
    here = reverse("rights:directory")
    values = {
        "crumbs": [home_crumb(), Crumb(_("Rights"))],
        "filters": Filters(
            form, active_filters(form, request.GET.urlencode()) if valid else (), clear=here, action=here
        ),
        "cards": [
            Card(
                words(terms.document.title),
                reverse("rights:right", args=[terms.code]),
                words(terms.document.summary),
                BENEFITS[terms.document.benefit.type],
                foot=words(terms.document.for_whom),
            )
            for terms in kept
        ],
        "count": len(kept),
        "total": len(found),
        "questionnaire": _questionnaire(),
    }
    return render(request, "rights/directory.html", values)


def _questionnaire() -> str:
    """Where "Mes droits" is asked; empty where it is not served."""
    for name in ("rights:questionnaire", "questionnaire:start"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@require_GET
def right(request: HttpRequest, code: str) -> HttpResponse:
    """What a right gives, to whom, on what proof, when one is answered, under which rule, and how many hold it."""
    current = programme_or_404()
    terms = rights(current).get(code)
    if terms is None:
        raise Http404
    body = terms.document
    window, day = body.claims, today()
    values = {
        "crumbs": [home_crumb(), Crumb(_("Rights"), reverse("rights:directory")), Crumb(words(body.title))],
        "right": body,
        "terms": terms,
        "benefit": BENEFITS[body.benefit.type],
        "rhythm": RHYTHMS[body.benefit.rhythm],
        "measures": [current.measures[number] for number in body.measures if number in current.measures],
        "commitments": [current.commitments[one] for one in body.commitments if one in current.commitments],
        "open": (window.opens is None or day >= window.opens) and (window.closes is None or day <= window.closes),
        "offered": body.benefit.type == "systematic-offer",
        "holders": _holders(current, code),
        "rule_url": _url("rulebook:rule", body.rule),
        "offer_url": _url("offers:offer", body.benefit.offer) if body.benefit.offer else "",
        "questionnaire": _questionnaire(),
        "audiences": [AUDIENCES[one] for one in body.audiences],
    }
    return render(request, "rights/right.html", values)


def _url(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _holders(current: Published, code: str) -> Figure | None:
    """How many persons hold the right, from the last count published for the whole region."""
    area = f"region:{current.programme.region}"
    found = journal.page(
        programme=current.code, kind=COUNTED, subject=f"right:{code}", area=area, effective=True, size=1
    )
    for entry in found.entries:
        return Figure(
            entry.fact.quantity,
            entry.fact.unit or "person",
            _("persons hold this right"),
            as_of=entry.fact.occurred_on,
            why=reverse("programme:fact", args=[entry.index]),
        )
    return None


@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponseBase:
    """Type the code of a certificate."""
    code = request.GET.get("code", "").strip()
    if code:
        return redirect("rights:verified", code=normal(code) or "illisible")
    return render(request, "rights/verify.html", {"crumbs": [home_crumb(), Crumb(_("Check a certificate"))]})


def normal(code: str) -> str:
    """A code as it is kept, read as people type it (O for 0, I and L for 1); empty for what is no code."""
    letters = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    if len(letters) != 12 or not set(letters) <= set(ALPHABET):
        return ""
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


@never_cache
@require_GET
def verified(request: HttpRequest, code: str) -> HttpResponse:
    """Valid or not, for which right, until when: nothing of the holder."""
    found = None
    if normal(code):
        day = today()
        in_force = Benefit.objects.filter(code=normal(code), status=Benefit.Status.ACTIVE, starts_on__lte=day)
        found = in_force.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).first()
    terms = terms_at(found.programme, found.right, found.right_version) if found else None
    values = {
        "crumbs": [home_crumb(), Crumb(_("Check a certificate"), reverse("rights:verify")), Crumb(_("Result"))],
        "benefit": found,
        "terms": terms,
        "day": today(),
    }
    return render(request, "rights/verified.html", values, status=200 if found else 404)
