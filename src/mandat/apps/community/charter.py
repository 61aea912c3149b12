"""The moderation charter in force: the programme's document, or the house's own where it publishes none."""

from __future__ import annotations

from functools import cache

from mandat.apps.community.schema import KIND, CharterRule, ModerationCharter
from mandat.apps.programme.terms import Versions
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

VERSIONS: Versions[ModerationCharter] = Versions(KIND, ModerationCharter)


def charter() -> ModerationCharter:
    """The charter in force."""
    return charter_and_version()[0]


def charter_and_version() -> tuple[ModerationCharter, int]:
    """The charter and its version; version 0 is the house's own."""
    try:
        found = next(iter(VERSIONS.all().values()), None)
    except InputError:  # no programme is published yet
        found = None
    return (_house(), 0) if found is None else (found.document, found.ref.version)


def rule_of(code: str) -> CharterRule:
    """A rule of the charter. Raises InputError where it has none of that code."""
    for rule in charter().rules:
        if rule.code == code:
            return rule
    raise InputError(Text("choisissez une règle de la charte", "choose a rule of the charter"))


def rule_title(code: str) -> Text:
    """What a rule is called; its code where a later charter no longer has it."""
    for rule in charter().rules:
        if rule.code == code:
            return Text(rule.title.fr, rule.title.en)
    return AUTOMATIC.get(code, Text(code, code))


#: What holds a content by itself, in words its author is told.
AUTOMATIC = {
    "links": Text("il contient trop de liens", "it holds too many links"),
    "repeated": Text("le même texte a déjà été publié ces jours-ci", "the same text was published in the last days"),
    "look-alike": Text(
        "des mots sont écrits avec des lettres d'un autre alphabet qui ressemblent aux nôtres",
        "some words are written with letters of another alphabet that look like ours",
    ),
    "new-account": Text(
        "ce compte vient d'être ouvert et publie beaucoup", "this account is brand new and publishes a lot"
    ),
    "reports": Text("plusieurs personnes l'ont signalé", "several people reported it"),
    "urgent": Text("un motif grave lui a été opposé", "a serious ground was raised against it"),
}


@cache
def _house() -> ModerationCharter:
    return ModerationCharter.model_validate(
        {
            "code": "maison",
            "title": {"fr": "Charte de modération", "en": "Moderation charter"},
            "text": {
                "fr": "Ce qui est publié ici doit respecter la loi et les personnes ; tout le reste se discute.",
                "en": "What is published here must respect the law and people; all the rest is open to debate.",
            },
            "rules": [
                {
                    "code": "illegal",
                    "title": {"fr": "Contraire à la loi", "en": "Against the law"},
                    "text": {
                        "fr": "Haine, menaces, diffamation, apologie de crimes.",
                        "en": "Hatred, threats, libel, glorification of crimes.",
                    },
                    "urgent": True,
                },
                {
                    "code": "person",
                    "title": {"fr": "Atteinte à une personne", "en": "Attack on a person"},
                    "text": {
                        "fr": "Injures, harcèlement, données personnelles d'autrui.",
                        "en": "Insults, harassment, personal data of others.",
                    },
                },
                {
                    "code": "spam",
                    "title": {"fr": "Publicité ou répétition", "en": "Advertising or repetition"},
                    "text": {
                        "fr": "Réclame, textes répétés, liens sans rapport.",
                        "en": "Advertising, repeated texts, unrelated links.",
                    },
                },
                {
                    "code": "off-topic",
                    "title": {"fr": "Hors du sujet", "en": "Off topic"},
                    "text": {
                        "fr": "Sans rapport avec la question posée.",
                        "en": "Unrelated to the question that is asked.",
                    },
                },
            ],
        }
    )
