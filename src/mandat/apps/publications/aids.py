"""Schemes and their calls as other sites read them: the shape of Aides-territoires, and schema.org.

Names of fields, audiences and types are those of the public API of Aides-territoires (its serializer and its lists), so that a
program that reads it reads ours. What a scheme does not say is null or empty, never guessed.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join

from mandat.apps.grants.calls import Window, closing, opening, phase, window
from mandat.apps.grants.schema.scheme import Call, Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.vocabulary import TYPES
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.publications.site import address
from mandat.apps.rulebook import reading
from mandat.apps.rulebook.published import PublishedRule, published_rules
from mandat.definitions.models import DefinitionVersion
from mandat.kernel.periods import PARIS
from mandat.web.templatetags.formats import say

#: Code and label of those an aid is for, as Aides-territoires lists them.
AUDIENCES: dict[str, str] = {
    "commune": "Communes",
    "epci": "Intercommunalités / Pays",
    "department": "Départements",
    "region": "Régions",
    "special": "Collectivités d'outre-mer à statuts particuliers",
    "association": "Associations",
    "private_person": "Particuliers",
    "farmer": "Agriculteurs",
    "private_sector": "Entreprises privées",
    "public_cies": "Entreprises publiques locales (Sem, Spl, SemOp)",
    "public_org": "Établissements publics (écoles, bibliothèques…) / Services de l'État",
    "researcher": "Recherche",
}
#: Ours, as one of theirs.
AUDIENCE_OF: dict[str, str] = {
    "association": "association",
    "company": "private_sector",
    "sole-trader": "private_sector",
    "cooperative": "private_sector",
    "farm": "farmer",
    "commune": "commune",
    "epci": "epci",
    "public-body": "public_org",
    "lycee": "public_org",
    "higher-education": "public_org",
    "research-body": "researcher",
    "foundation": "association",
    "union": "association",
    "unincorporated-group": "private_person",
    "person": "private_person",
}
FINANCIAL: dict[str, str] = {
    "grant": "Subvention",
    "loan": "Prêt",
    "recoverable_advance": "Avance récupérable",
    "other": "Autre aide financière",
}
#: A label brings no money and no engineering: it is of no type of theirs.
TYPE_OF: dict[str, str] = {
    "subsidy": "grant",
    "prize": "grant",
    "contract": "grant",
    "loan": "loan",
    "repayable-advance": "recoverable_advance",
    "equity": "other",
    "purchase": "other",
}
FINANCIAL_GROUP = {"id": 1, "name": "Aide financière"}
STEPS = {"preop": "Réflexion / conception", "op": "Mise en œuvre / réalisation", "postop": "Usage / valorisation"}
RECURRENCES = {"oneoff": "Ponctuelle", "ongoing": "Permanente", "recurring": "Récurrente"}
#: Parameters of our rules that are rates of aid, and those that are the most one may receive.
RATES, MOST = ("taux",), ("plafond",)


@dataclass(frozen=True, slots=True)
class Aid:
    """A scheme read for others: its terms, where it stands, its rule and the days its file was published and changed."""

    terms: Terms[Scheme]
    window: Window
    rule: PublishedRule | None
    created: dt.datetime
    updated: dt.datetime

    @property
    def scheme(self) -> Scheme:
        return self.terms.document

    @property
    def live(self) -> bool:
        """Open now, or to open: theirs leaves out what is over."""
        return self.window.phase != "closed"

    @property
    def audiences(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(AUDIENCE_OF[kind] for kind in self.scheme.applicants.kinds))

    @property
    def type(self) -> str:
        return TYPE_OF.get(self.scheme.type, "")

    @property
    def dated(self) -> bool:
        """Whether it is a call for projects: it closes on a day."""
        return self.window.call.closes is not None


def number(code: str) -> int:
    """A whole number that identifies a text for ever: theirs are numbers."""
    return zlib.crc32(code.encode()) & 0x7FFFFFFF


def aids(current: Published, now: dt.datetime | None = None) -> list[Aid]:
    """Every scheme in force, in the order of their files. Two queries, then memory."""
    moment = now or timezone.now()
    rules = published_rules(current).rules
    dates: dict[str, list[dt.datetime]] = {}
    rows = DefinitionVersion.objects.filter(programme=current.code, kind="scheme").order_by("version")
    for code, published_at in rows.values_list("code", "published_at"):
        dates.setdefault(code, []).append(published_at)
    return [
        Aid(terms, window(terms.document, moment), rules.get(terms.document.rule), dates[code][0], dates[code][-1])
        for code, terms in SCHEMES.all(current).items()
    ]


def aid_of(current: Published, aid: Aid) -> dict[str, Any]:
    """An aid in the shape of Aides-territoires. Texts are in French, as theirs."""
    scheme = aid.scheme
    backer = f"Région {current.programme.region_name}"
    service = current.bodies.get(scheme.service)
    instructor = service.title.fr if service else ""
    rates, most = figures(aid)
    with translation.override("fr"):
        path = reverse("grants:scheme", args=[aid.terms.code])
        eligibility = _eligibility(aid)
        description = format_html("<p>{}</p><p>{}</p>", scheme.summary.fr, scheme.what.fr)
        contact = format_html('<p>{}<br><a href="mailto:{}">{}</a></p>', instructor, scheme.contact, scheme.contact)
    return {
        "id": number(f"{current.code}:{aid.terms.code}"),
        "slug": aid.terms.code,
        "url": path,
        "name": scheme.title.fr,
        "name_initial": scheme.title.fr,
        "short_title": None,
        "financers": [backer],
        "financers_full": [{"id": number(current.programme.siret or backer), "name": backer, "logo": None}],
        "instructors": [instructor] if instructor else [],
        "instructors_full": [{"id": number(scheme.service), "name": instructor, "logo": None}] if instructor else [],
        "programs": [current.programme.title.fr],
        "description": str(description),
        "eligibility": eligibility,
        "perimeter": _perimeter(current, scheme),
        "perimeter_scale": "Région" if scheme.perimeter.areas == (f"region:{current.programme.region}",) else "Ad-hoc",
        "mobilization_steps": [STEPS["postop"]] if scheme.type == "label" else [STEPS["preop"], STEPS["op"]],
        "origin_url": settings.SITE_URL + path,
        "categories": [f"{current.chapter_of[n].title.fr} / {current.measures[n].title.fr}" for n in scheme.measures if n in current.measures],
        "is_call_for_project": aid.dated,
        "application_url": settings.SITE_URL + path,
        "targeted_audiences": [AUDIENCES[code] for code in aid.audiences],
        "aid_types": [FINANCIAL[aid.type]] if aid.type else [],
        "aid_types_full": [{"id": list(FINANCIAL).index(aid.type) + 1, "name": FINANCIAL[aid.type], "group": FINANCIAL_GROUP}] if aid.type else [],
        "is_charged": False,
        "destinations": [],
        "start_date": opening(aid.window.call).astimezone(PARIS).date().isoformat(),
        "predeposit_date": None,
        "submission_deadline": _last_day(aid.window.call),
        "subvention_rate_lower_bound": rates[0] if rates and aid.type == "grant" else None,
        "subvention_rate_upper_bound": rates[1] if rates and aid.type == "grant" else None,
        "subvention_comment": _comment(aid),
        "loan_amount": most if aid.type == "loan" else None,
        "recoverable_advance_amount": most if aid.type == "recoverable_advance" else None,
        "contact": str(contact),
        "recurrence": RECURRENCES["ongoing" if not aid.dated else "recurring" if len(scheme.calls) > 1 else "oneoff"],
        "project_examples": "",
        "import_data_url": None,
        "import_data_mention": "Données synthétiques de démonstration." if settings.MANDAT_DEMO else None,
        "import_share_licence": "openlicence",
        "date_created": aid.created.astimezone(PARIS).isoformat(timespec="seconds"),
        "date_updated": aid.updated.astimezone(PARIS).isoformat(timespec="seconds"),
        "project_references": [],
        "european_aid": None,
        "is_live": aid.live,
    }  # fmt: skip


def _eligibility(aid: Aid) -> str:
    """Who may apply, and the conditions of the rule in sentences."""
    said = [say(one) for group in (reading.conditions(aid.rule)[:1] if aid.rule else []) for one in group["sentences"]]
    listed = format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((one,) for one in said))) if said else ""
    return str(format_html("<p>{}</p>{}", aid.scheme.applicants.who.fr, listed))


def _perimeter(current: Published, scheme: Scheme) -> str:
    if scheme.perimeter.label is not None:
        return scheme.perimeter.label.fr
    return current.programme.region_name


def _last_day(call: Call) -> str | None:
    """The last day on which an application is received: theirs have no hour."""
    end = closing(call)
    return None if end is None else (end - dt.timedelta(seconds=1)).astimezone(PARIS).date().isoformat()


def figures(aid: Aid) -> tuple[tuple[int, int] | None, int | None]:
    """The lowest and highest rate of aid in whole percent, and the most one may receive, as the rule's figures of today say."""
    if aid.rule is None:
        return None, None
    today = timezone.localdate()
    rates: list[Decimal] = []
    most: list[Decimal] = []
    for parameter in aid.rule.document.parameters:
        dated = parameter.at(today)
        if dated is None or not isinstance(dated.value, Decimal):
            continue
        if parameter.unit == "percent" and parameter.name.startswith(RATES):
            rates.append(dated.value)
        elif parameter.unit.split("/")[0] == "EUR" and parameter.name.startswith(MOST):
            most.append(dated.value)
    return (int(min(rates)), int(max(rates))) if rates else None, int(max(most)) if most else None


def _comment(aid: Aid) -> str | None:
    assumed = reading.assumptions(aid.rule, timezone.localdate()) if aid.rule else 0
    if not assumed:
        return None
    if assumed == 1:
        return "Un chiffre de ce dispositif est une hypothèse, à remplacer par une valeur votée."
    return f"{assumed} chiffres de ce dispositif sont des hypothèses, à remplacer par des valeurs votées."


def call_of(current: Published, aid: Aid, call: Call, now: dt.datetime) -> dict[str, Any]:
    """One call, to the second, with its further rounds."""
    end = closing(call)
    return {
        "id": f"{aid.terms.code}/{call.code}",
        "scheme": aid.terms.code,
        "code": call.code,
        "title": {"fr": call.title.fr, "en": call.title.en},
        "type": aid.scheme.type,
        "phase": phase(call, now),
        "opens_at": opening(call),
        "closes_at": end,
        "envelope": None if call.envelope is None else format(call.envelope, "f"),
        "committees": list(call.committee_on),
        "rounds": [
            {
                "code": one.code,
                "opens_at": opening(one),
                "closes_at": closing(one),
                "committees": list(one.committee_on),
            }
            for one in call.rounds
        ],
        "measures": list(aid.scheme.measures),
        "url": address("grants:scheme", aid.terms.code, language="fr"),
    }


def schema_org(current: Published, aid: Aid) -> dict[str, Any]:
    """A scheme as schema.org says a public service, in both languages."""
    scheme, region = aid.scheme, current.programme.region_name
    body: Mapping[str, Any] = {"@type": "GovernmentOrganization", "name": f"Région {region}"}

    def both(words: Any) -> list[dict[str, str]]:
        return [{"@language": code, "@value": str(getattr(words, code))} for code in ("fr", "en")]

    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": address("grants:scheme", aid.terms.code, language="fr"),
        "name": both(scheme.title),
        "description": both(scheme.summary),
        "serviceType": both(TYPES[scheme.type]),
        "provider": body,
        "areaServed": {"@type": "AdministrativeArea", "name": region},
        "audience": {"@type": "Audience", "audienceType": [AUDIENCES[code] for code in aid.audiences]},
        "hoursAvailable": {
            "@type": "OpeningHoursSpecification",
            "validFrom": opening(aid.window.call).astimezone(PARIS).date().isoformat(),
            **({"validThrough": _last_day(aid.window.call)} if aid.dated else {}),
        },
        "termsOfService": address("rulebook:rule", scheme.rule, language="fr"),
        "url": address("grants:scheme", aid.terms.code, language="fr"),
        "license": "https://spdx.org/licenses/etalab-2.0",
    }
