"""Words for the codes the board adds up by."""

from __future__ import annotations

from mandat.kernel.text import Text

#: Kinds of beneficiaries; the empty one where the case did not say.
KINDS: dict[str, Text] = {
    "association": Text("Associations", "Associations"),
    "company": Text("Entreprises", "Companies"),
    "sole-trader": Text("Entreprises individuelles", "Sole traders"),
    "cooperative": Text("Coopératives", "Cooperatives"),
    "farm": Text("Exploitations agricoles", "Farms"),
    "commune": Text("Communes", "Communes"),
    "epci": Text("Intercommunalités", "Groups of communes"),
    "public-body": Text("Établissements publics", "Public bodies"),
    "lycee": Text("Lycées", "Lycées"),
    "higher-education": Text("Enseignement supérieur", "Higher education"),
    "research-body": Text("Organismes de recherche", "Research bodies"),
    "foundation": Text("Fondations", "Foundations"),
    "union": Text("Syndicats", "Unions"),
    "unincorporated-group": Text("Collectifs d’habitants", "Residents’ groups"),
    "person": Text("Particuliers", "Private persons"),
    "": Text("Genre non précisé", "Kind not said"),
}


def kind(code: str) -> Text | str:
    """The words of a kind; its code where it is not known."""
    return KINDS.get(code, code)
