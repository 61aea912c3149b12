"""How votes, columns and names are written in the files of the field."""

from __future__ import annotations

import re

#: Votes written as words are unambiguous: they are worth ±2 until the sign of the figures is known.
_AGREE = "agree agreed yes for pour oui accord d'accord daccord favorable approve approuve like upvote vrai true"
_DISAGREE = (
    "disagree disagreed no against contre non désaccord desaccord défavorable defavorable reject rejette "
    "dislike downvote faux false"
)
_PASS = "pass passed passe skip skipped neutral neutre unsure abstain abstention blanc indécis indecis"  # noqa: S105
_PHRASES = {
    "pas d'accord": -2,
    "en désaccord": -2,
    "plutôt d'accord": 2,
    "plutôt pas d'accord": -2,
    "je passe": 0,
    "sans avis": 0,
    "ne se prononce pas": 0,
    "je ne sais pas": 0,
    "don't know": 0,
    "pass / unsure": 0,
    "pass/unsure": 0,
}
WORDS: dict[str, int] = (
    dict.fromkeys(_AGREE.split(), 2) | dict.fromkeys(_DISAGREE.split(), -2) | dict.fromkeys(_PASS.split(), 0) | _PHRASES
)
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "#n/a"})

_FIGURE = re.compile(r"([+-]?)([01])(?:[.,]0*)?")
_WHOLE = re.compile(r"(\d{1,18})(?:\.0+)?")


class UnreadableVoteError(ValueError):
    """A cell that is neither a vote nor empty."""


def read_vote(cell: str) -> int | None:
    """±1 or 0 for figures, ±2 for words, 0 for a pass, None for no vote. Raises UnreadableVoteError."""
    text = cell.strip().strip("\"'").strip().casefold().replace("’", "'").replace("\u2212", "-").replace("\u2013", "-")
    if text in MISSING:
        return None
    figure = _FIGURE.fullmatch(text)
    if figure:
        return int(figure[2]) * (-1 if figure[1] == "-" else 1)
    if text in WORDS:
        return WORDS[text]
    raise UnreadableVoteError(cell)


def read_id(cell: str) -> str:
    """A name as a key: whole numbers lose their leading zeros and any ``.0`` a spreadsheet added."""
    text = cell.strip()
    whole = _WHOLE.fullmatch(text)
    return str(int(whole[1])) if whole and text.isascii() else text


def as_label(name: str | int) -> str | int:
    """A name as it is shown: whole numbers as numbers, as the export format writes them."""
    if isinstance(name, int):
        return name
    return int(name) if _WHOLE.fullmatch(name) and str(int(name)) == name else name


def id_order(name: str) -> tuple[int, int, str]:
    """Sort key: whole numbers by value, then other names by their letters."""
    return (0, int(name), "") if name.isascii() and name.isdigit() and len(name) < 19 else (1, 0, name)


def column_key(header: str) -> str:
    """A column's title without case, spaces, hyphens, underscores or quotes."""
    return re.sub(r"[\s_\-\"'’.]+", "", header.strip().lstrip("\ufeff").casefold())


def _keys(text: str) -> frozenset[str]:
    return frozenset(column_key(word) for word in text.split())


PARTICIPANT = _keys(
    "voter-id voter participant participant-id pid user user-id userid uid author-vote person person-id "
    "participant·e votant votant-id électeur electeur utilisateur personne respondent respondent-id id-participant "
    "id-votant participantid voterid"
)
STATEMENT = _keys(
    "comment-id comment statement statement-id tid item item-id proposal proposal-id proposition proposition-id "
    "énoncé enonce enonce-id question question-id affirmation id-proposition id-énoncé opinion-id argument-id"
)
VOTE = _keys("vote value vote-value opinion choice choix réponse reponse response avis valeur votevalue")
TIME = _keys("timestamp modified created created-at updated-at voted-at time horodatage date datetime date-vote")
#: Columns of the export's table of participants that are not statements.
ABOUT_PARTICIPANT = _keys(
    "group-id group n-comments n-votes n-agree n-disagree n-pass xid weight zid timestamp datetime created "
    "modified groupe id date comments votes agrees disagrees passes conversation-id weight-x-32767 is-mod"
)
TEXT = _keys("comment-body body txt text statement-text comment-text texte contenu libellé libelle énoncé content")
MODERATED = _keys("moderated mod moderation modération moderation-status")
META = _keys("is-meta meta ismeta")
