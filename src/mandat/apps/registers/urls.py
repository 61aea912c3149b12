from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from mandat.apps.registers.views import bureau, contracts, equality, impact, labels


class ActConverter:
    """What is said of an action of a contract."""

    regex = "realisee|abandonnee"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ActConverter, "action_act")
app_name = "registers"

urlpatterns: list[URLPattern | URLResolver] = [
    path("labels/", labels.labels, name="labels"),
    path("labels/<slug:scheme>/", labels.register, name="register"),
    path("labels/<slug:scheme>/registre.csv", labels.register_csv, name="register_csv"),
    path("labels/<slug:scheme>/<slug:reference>/", labels.label, name="label"),
    path("labels/<slug:scheme>/<slug:reference>/badge.svg", labels.badge, name="badge"),
    path("labels/<slug:scheme>/<slug:reference>/repondre/", bureau.answer, name="answer"),
    path("registres/<slug:reference>/", labels.found, name="found"),
    path("contrats/", contracts.contracts, name="contracts"),
    path("contrats/<slug:scheme>/", contracts.coverage, name="coverage"),
    path("contrats/<slug:scheme>/couverture.csv", contracts.coverage_csv, name="coverage_csv"),
    path("contrats/<slug:scheme>/<slug:reference>/", contracts.contract, name="contract"),
    path("aides/<slug:code>/egalite/", equality.scheme_equality, name="equality"),
    path("mes-dossiers/<slug:reference>/qui-porte-le-projet/", equality.portrait, name="portrait"),
    path("mesures/<int:number>/bilan/", impact.impact, name="impact"),
    path("bureau/labels-et-contrats/", bureau.register, name="bureau"),
    path("bureau/labels-et-contrats/labels/<slug:scheme>/<slug:reference>/", bureau.label, name="bureau_label"),
    path("bureau/labels-et-contrats/<slug:reference>/", bureau.contract, name="bureau_contract"),
    path(
        "bureau/labels-et-contrats/<slug:reference>/actions/<int:rank>/debut/", bureau.action_begin, name="action_begin"
    ),
    path(
        "bureau/labels-et-contrats/<slug:reference>/actions/<int:rank>/<action_act:act>/",
        bureau.action_act,
        name="action_act",
    ),
    path("bureau/labels-et-contrats/<slug:reference>/<slug:act>/", bureau.contract_act, name="contract_act"),
]
