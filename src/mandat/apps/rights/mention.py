"""The mention of CRPA L311-3-1 in a decision that an algorithm took part in (contents: R311-3-1-1).

It says what the processing is for, recalls the right to be told its rules and main characteristics, how to ask for them, and
that the commission on access to documents (CADA) can be turned to.
"""

from __future__ import annotations

from typing import Any

from mandat.apps.rights.schema import Right
from mandat.apps.rights.terms import Terms
from mandat.kernel.text import Text


def mention_of(terms: Terms, by: str) -> dict[str, Any] | None:
    """The mention as the record keeps it; None where no algorithm took part, or the definition says nothing of it.

    A decision by silence was made by nobody, and so by no algorithm.
    """
    right = terms.document
    if right.algorithm is None or by == "silence":
        return None
    wording = words(right, automatic=by == "automatic")
    return {
        "fr": wording.fr,
        "en": wording.en,
        "purpose": right.algorithm.purpose.fr,
        "degree": degree(right, automatic=by == "automatic").fr,
    }


def degree(right: Right, *, automatic: bool) -> Text:
    """How far and in what way the algorithm contributes (R311-3-1-2, 1°)."""
    if right.algorithm is not None and right.algorithm.degree is not None:
        return Text(right.algorithm.degree.fr, right.algorithm.degree.en)
    if automatic:
        return Text(
            "La décision résulte du seul calcul : aucun agent n'est intervenu.",
            "The decision results from the calculation alone: no agent took part.",
        )
    return Text(
        "Le calcul éclaire l'agent, qui décide.",
        "The calculation informs the agent, who decides.",
    )


def words(right: Right, *, automatic: bool) -> Text:
    """The mention, explicit and in plain words."""
    assert right.algorithm is not None  # callers look first
    purpose, contact, address = right.algorithm.purpose, right.decision.contact, right.decision.address
    how_fr = "prise sur le fondement exclusif" if automatic else "prise en partie sur le fondement"
    how_en = "made solely on the basis" if automatic else "made partly on the basis"
    return Text(
        f"Cette décision individuelle est {how_fr} d'un traitement algorithmique, dont la finalité est : "
        f"{_sentence(purpose.fr)} En application de l'article L. 311-3-1 du code des relations entre le public et "
        "l'administration, vous avez le droit d'obtenir communication des règles définissant ce traitement et des principales "
        f"caractéristiques de sa mise en œuvre. Demandez-les depuis votre compte, par courriel à {contact} ou par courrier : "
        f"{address}. Sans réponse dans le mois, ou en cas de refus, vous pouvez saisir la commission d'accès aux documents "
        "administratifs (CADA), 20 avenue de Ségur, TSA 50730, 75334 Paris Cedex 07, www.cada.fr.",
        f"This individual decision is {how_en} of an algorithmic processing, whose purpose is: {_sentence(purpose.en)} "
        "Under article L. 311-3-1 of the code des relations entre le public et l'administration, you have the right to be told the "
        "rules that define this processing and the main characteristics of how it is applied. Ask for them from your account, "
        f"by e-mail to {contact} or by post: {address}. Without an answer within a month, or if it is refused, you may turn to the "
        "commission d'accès aux documents administratifs (CADA), 20 avenue de Ségur, TSA 50730, 75334 Paris Cedex 07, www.cada.fr.",
    )


def _sentence(text: str) -> str:
    text = text[:1].lower() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
