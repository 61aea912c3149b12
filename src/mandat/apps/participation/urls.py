from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.participation.views import bureau, debates, hub, processes, proposals, writing

app_name = "participation"

urlpatterns: list[URLPattern | URLResolver] = [
    path("participer/", hub.hub, name="hub"),
    path("processus/", processes.processes, name="list"),
    path("participer/commentaires/<slug:reference>/", debates.comment, name="comment"),
    path("participer/<slug:process>/", processes.process, name="process"),
    path("participer/<slug:process>/calendrier.ics", processes.calendar, name="calendar"),
    path("participer/<slug:process>/regles/", processes.rules, name="rules"),
    path("participer/<slug:process>/prendre-part/", processes.join, name="join"),
    path("participer/<slug:process>/<slug:component>/", processes.component, name="component"),
    path("participer/<slug:process>/<slug:component>/proposer/", writing.begin, name="begin"),
    path("participer/<slug:process>/<slug:component>/proches.json", writing.alike, name="alike"),
    path("participer/<slug:process>/<slug:component>/donnees/<slug:what>.<slug:form>", proposals.export, name="export"),
    path("participer/<slug:process>/<slug:component>/question/<slug:question>/", debates.question, name="question"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/", proposals.proposal, name="proposal"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/ecrire/<slug:step>/", writing.write, name="write"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/soutien/", proposals.support, name="support"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/commenter/", debates.comment_on, name="comment_on"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/versions/", proposals.versions, name="versions"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/modifier/", writing.change, name="change"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/amender/", writing.amend, name="amend"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/retirer/", writing.withdraw, name="withdraw"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/amendements/<int:pk>/", writing.decide, name="decide"),
    path("participer/<slug:process>/<slug:component>/<slug:reference>/fichiers/<int:pk>/", proposals.attachment, name="attachment"),
    path("bureau/participation/", bureau.overview, name="bureau"),
    path("bureau/participation/<slug:process>/", bureau.process, name="bureau_process"),
    path("bureau/participation/<slug:process>/regles/", bureau.rules, name="bureau_rules"),
    path("bureau/participation/<slug:process>/personnes/", bureau.attest, name="bureau_attest"),
    path("bureau/participation/<slug:process>/<slug:component>/", bureau.queue, name="bureau_queue"),
    path("bureau/participation/<slug:process>/<slug:component>/reunir/", bureau.merge, name="bureau_merge"),
    path("bureau/participation/<slug:process>/<slug:component>/<slug:reference>/", bureau.examine, name="bureau_examine"),
]  # fmt: skip
