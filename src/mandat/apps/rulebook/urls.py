from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.rulebook.views import bureau, files, reform, rules, simulator

app_name = "rulebook"

urlpatterns: list[URLPattern | URLResolver] = [
    path("regles/", rules.rules, name="rules"),
    path("regles/<slug:code>/", rules.rule, name="rule"),
    path("regles/<slug:code>/regle.yaml", files.yaml_file, name="yaml"),
    path("regles/<slug:code>/regle.json", files.json_file, name="json"),
    path("regles/<slug:code>/essayer/", simulator.simulator, name="simulator"),
    path("regles/<slug:code>/reforme/", reform.reform, name="reform"),
    path("regles/<slug:code>/reforme.csv", reform.table, name="reform_csv"),
    path("bureau/regles/", bureau.rules, name="bureau_rules"),
    path("bureau/regles/<slug:code>/<slug:name>/", bureau.parameter, name="bureau_parameter"),
]
