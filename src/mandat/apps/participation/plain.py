"""The rules of a process in plain words, in both languages: who takes part, how it is known, how it is decided, who answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.ballots.schema import BallotRules
from mandat.apps.participation.schema import Process
from mandat.apps.programme.published import published as programme
from mandat.kernel.text import Text, counted
from mandat.web import formats

TYPES = {
    "proposals": Text("propositions", "proposals"),
    "debate": Text("débat", "debate"),
    "drafting": Text("texte écrit ensemble", "text written together"),
    "survey": Text("questionnaire", "survey"),
    "opinion-map": Text("carte d'opinions", "opinion map"),
    "observations": Text("observations", "observations"),
    "budget": Text("budget participatif", "participatory budget"),
    "petitions": Text("pétitions", "petitions"),
    "vote": Text("vote", "vote"),
    "referendum": Text("référendum", "referendum"),
    "panel": Text("panel tiré au sort", "panel drawn by lot"),
    "meetings": Text("rencontres", "meetings"),
    "mediation": Text("médiation", "mediation"),
}
#: What one does in each type of component.
DOES = {
    "proposals": Text("proposer et soutenir", "propose and support"),
    "debate": Text("débattre", "debate"),
    "drafting": Text("amender un texte", "amend a text"),
    "survey": Text("répondre à un questionnaire", "answer a survey"),
    "opinion-map": Text("dire son accord ou son désaccord", "agree or disagree"),
    "observations": Text("signaler une observation", "report an observation"),
    "budget": Text("choisir des projets", "choose projects"),
    "petitions": Text("lancer ou signer une pétition", "start or sign a petition"),
    "vote": Text("voter", "vote"),
    "referendum": Text("voter à un référendum", "vote in a referendum"),
    "panel": Text("siéger si le sort vous désigne", "sit if drawn by lot"),
    "meetings": Text("venir à une rencontre", "come to a meeting"),
    "mediation": Text("demander une médiation", "ask for a mediation"),
}
#: What happens in a component that has several moments.
MOMENTS = {
    "study": Text("les services étudient et chiffrent", "services study and price"),
    "vote": Text("voter", "vote"),
    "amend": Text("proposer des amendements", "propose amendments"),
    "volunteer": Text("se porter volontaire", "volunteer"),
    "delivery": Text("la Région réalise et rend compte", "the Region delivers and accounts for it"),
}
#: Moments in which the services act and nobody else is asked for anything.
OF_SERVICES = frozenset({"study", "delivery"})
SCOPES = {
    "inform": Text("La Région informe et écoute ; elle décide seule.", "The Region informs and listens; it decides alone."),
    "consult": Text("La Région demande un avis, répond à chacun des points retenus, puis décide.", "The Region asks for advice, answers each point taken up, then decides."),
    "co-decide": Text("La décision se prend avec les personnes qui participent.", "The decision is taken together with those who take part."),
    "decide": Text("Ce qui est voté ici est la décision.", "What is voted here is the decision."),
}  # fmt: skip
_PROOFS = {
    "declared": Text("déclaré sur l'honneur", "declared on one's honour"),
    "oidc": Text("confirmé par FranceConnect", "confirmed by FranceConnect"),
    "roll": Text("vérifié sur une liste", "checked on a roll"),
    "desk": Text("vu par un agent à un guichet", "seen by an agent at a desk"),
}
_IDENTITIES = {
    "none": Text("Aucune identité n'est demandée.", "No identity is asked for."),
    "account": Text("Un compte suffit : une adresse de courriel vérifiée.", "An account is enough: a verified e-mail address."),
    "oidc": Text("L'identité est confirmée par FranceConnect.", "Identity is confirmed by FranceConnect."),
    "roll": Text("Il faut figurer sur la liste de ce processus.", "One must be on the roll of this process."),
    "desk": Text("Un agent vérifie l'identité à un guichet.", "An agent checks identity at a desk."),
}  # fmt: skip
QUALITIES = {
    "student": Text("étudiante ou étudiant", "student"),
    "lycee-pupil": Text("élève de lycée", "lycée pupil"),
    "worker": Text("personne qui travaille", "worker"),
    "user": Text("usager ou usagère", "user of the service"),
    "artist": Text("artiste", "artist"),
    "association": Text("membre d'une association", "member of an association"),
    "union": Text("membre d'un syndicat", "member of a union"),
    "company": Text("membre d'une entreprise", "member of a company"),
    "local-authority": Text("collectivité", "local authority"),
    "researcher": Text("chercheuse ou chercheur", "researcher"),
}
_BALLOTS = {
    "single": Text("chacun choisit une option", "each chooses one option"),
    "yes-no": Text("chacun répond oui ou non", "each answers yes or no"),
    "approval": Text("chacun approuve les options qu'il veut", "each approves as many options as wanted"),
    "knapsack": Text("chacun choisit des projets dans la limite du budget", "each chooses projects within the budget"),
    "ranking": Text("chacun classe les options", "each ranks the options"),
    "cumulative": Text("chacun répartit des points", "each shares out points"),
    "majority-judgement": Text("chacun donne une mention à chaque option", "each gives every option a grade"),
}
_COUNTS = {
    "plurality": Text("l'option la plus choisie l'emporte", "the option chosen most wins"),
    "equal-shares": Text("méthode des parts égales : chaque votant dispose d'une part égale du budget", "method of equal shares: each voter holds an equal share of the budget"),
    "greedy": Text("les projets les plus soutenus sont pris tant que le budget suffit", "the most supported projects are taken while the budget lasts"),
    "approval": Text("l'option la plus approuvée l'emporte", "the most approved option wins"),
    "borda": Text("chaque rang donne des points (Borda)", "each rank gives points (Borda)"),
    "schulze": Text("duels entre options (Schulze)", "duels between options (Schulze)"),
    "stv": Text("vote unique transférable", "single transferable vote"),
    "majority-judgement": Text("jugement majoritaire : la meilleure mention médiane l'emporte", "majority judgement: the best median grade wins"),
}  # fmt: skip


def body_title(code: str) -> Text:
    """The name of a body; its code where the programme does not know it."""
    found = programme().bodies.get(code)
    return Text(code, code) if found is None else Text(found.title.fr, found.title.en)


def duty(words: AnswerDuty) -> Text:
    """Who answers, how soon, and how."""
    forms = {
        "reply": Text("Réponse publique", "Public reply"),
        "hearing": Text("Audition des personnes concernées", "Hearing of the people concerned"),
        "debate": Text("Débat", "Debate"),
        "decision": Text("Décision", "Decision"),
    }
    body, form = body_title(words.body), forms[words.form]
    text = Text(
        f"{form.fr} sous {words.days} jours, due par : {body.fr}", f"{form.en} within {words.days} days, owed by: {body.en}"
    )  # fmt: skip
    if words.delivery_months:
        months = counted(words.delivery_months, Text("mois", "month"), Text("mois", "months"))
        text = Text(
            f"{text.fr} ; ce qui est promis se fait en {months.fr} au plus", f"{text.en}; what is promised is done in {months.en} at most"
        )  # fmt: skip
    return Text(f"{text.fr}.", f"{text.en}.")


def verification(process: Process) -> list[Text]:
    """How what one says is known."""
    asked = process.participants.verification
    found = [_IDENTITIES[asked.identity]]
    who = process.participants
    if who.least_age or who.most_age:
        proof = _PROOFS[asked.age]
        found.append(
            Text(
                f"L'âge est {proof.fr} ; la date de naissance n'est pas gardée.",
                f"Age is {proof.en}; the birth date is not kept.",
            )
        )
    if who.areas:
        proof = _PROOFS[asked.residence]
        found.append(Text(f"Le lieu de résidence est {proof.fr}.", f"The place of residence is {proof.en}."))
    if who.qualities:
        proof = _PROOFS[asked.quality]
        found.append(Text(f"Le titre auquel vous participez est {proof.fr}.", f"The quality is {proof.en}."))
    return found


def ballot(rules: BallotRules) -> Iterator[Text]:
    """How one votes, how it is counted, what makes the result count, how ties are settled."""
    kind = _BALLOTS[rules.type]
    yield Text(f"Bulletin : {kind.fr}.", f"Ballot: {kind.en}.")
    count = _COUNTS.get(rules.counting.rule)
    name = count or Text(str(rules.counting.rule), str(rules.counting.rule))
    yield Text(f"Dépouillement : {name.fr}.", f"Count: {name.en}.")
    tie = rules.counting.tie_order
    ties = {
        "id": Text("l'ordre des codes des options", "the order of the options' codes"),
        "number": Text("l'ordre des numéros", "the order of numbers"),
        "cost": Text("le moins cher d'abord", "the cheapest first"),
        "votes": Text("le nombre de voix", "the number of votes"),
    }
    settled = ties.get(tie) or (
        Text("un ordre tiré d'avance et publié", "an order drawn beforehand and published")
        if tie.startswith("seed:")
        else Text("un ordre écrit d'avance", "an order written beforehand")
    )
    yield Text(f"Égalité : {settled.fr}.", f"Ties: {settled.en}.")
    if rules.quorum is not None:
        share = formats.percent(rules.quorum)
        yield Text(f"Quorum : {share} de la liste.", f"Quorum: {share} of the roll.")
    if rules.quorum_number is not None:
        yield Text(f"Quorum : {rules.quorum_number} votants.", f"Quorum: {rules.quorum_number} voters.")
    if rules.threshold is not None:
        share = formats.percent(rules.threshold)
        yield Text(f"Seuil : {share} des suffrages exprimés.", f"Threshold: {share} of the votes cast.")
    yield Text("Rien du résultat n'est dit avant la clôture.", "Nothing of the result is told before closing.")


def rules(component: Any) -> list[Text]:
    """The rules of decision of a component."""
    found: list[Text] = []
    if component.type == "proposals":
        found += _proposals(component)
    if component.type == "drafting":
        share = formats.percent(component.adopted_at)
        found.append(
            Text(
                f"Un amendement est adopté à {share} de votes pour.",
                f"An amendment is adopted at {share} of votes for.",
            )
        )
    if component.type == "petitions":
        for one in component.thresholds:
            if one.signatures:
                found.append(
                    Text(f"À {formats.number(one.signatures, 0)} signatures : {one.text.fr}", f"At {formats.number(one.signatures, 0)} signatures: {one.text.en}")
                )  # fmt: skip
    rules_ = getattr(component, "ballot", None) or getattr(getattr(component, "terms", None), "ballot", None)
    if rules_ is not None:
        found += ballot(rules_)
    answer = getattr(component, "answer", None)
    if answer is not None:
        found.append(duty(answer))
    return found


def _proposals(component: Any) -> Iterator[Text]:
    if component.most:
        yield Text(
            f"Au plus {component.most} propositions par personne.", f"At most {component.most} proposals a person."
        )
    supports = component.supports
    if supports is None:
        return
    yield Text(
        "Un soutien par personne et par proposition, qui se retire.",
        "One support a person and a proposal, which can be taken back.",
    )
    if supports.most:
        yield Text(f"Au plus {supports.most} soutiens par personne.", f"At most {supports.most} supports a person.")
    if supports.threshold and supports.answer:
        said = duty(supports.answer)
        yield Text(
            f"À {formats.number(supports.threshold, 0)} soutiens : {said.fr}",
            f"At {formats.number(supports.threshold, 0)} supports: {said.en}",
        )
    if component.answer_each:
        said = duty(component.answer_each)
        yield Text(f"Chaque proposition reçoit une réponse : {said.fr}", f"Each proposal is answered: {said.en}")


def last_day(moment: dt.datetime) -> dt.date:
    """The last day of something that ends at an instant excluded."""
    return (moment - dt.timedelta(seconds=1)).date()
