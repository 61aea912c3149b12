"""What Typer says in English only: the headings of help, and how a command was misused, in French."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from mandat.kernel.text import current_language

Rows = Sequence[tuple[str, str | Callable[[re.Match[str]], str]]]

#: In an error of use: what Typer writes, and the French. The groups of the first fill the second.
_ERRORS: Rows = (
    (r"No such command '(.+)'\.", r"la commande « \1 » n’existe pas."),
    (r"Missing command\.", r"il manque la commande."),
    (r"Missing argument '(.+)'\.", r"il manque l’argument « \1 »."),
    (r"Missing option '(.+)'\.", r"il manque l’option \1."),
    (r"No such option: (\S+) \(Possible options: (.+)\)", r"l’option \1 n’existe pas ; peut-être : \2."),
    (r"No such option: (\S+)", r"l’option \1 n’existe pas."),
    (r"Got unexpected extra argument(?:\(s\))? \((.+)\)", r"en trop : \1."),
    (r"Option '(.+)' requires an argument\.", r"l’option \1 demande une valeur."),
    (r"Option '(.+)' requires (\d+) arguments\.", r"l’option \1 demande \2 valeurs."),
    (r"Option '(.+)' does not take a value\.", r"l’option \1 ne prend pas de valeur."),
    (r"Argument '(.+)' takes (\d+) values\.", r"l’argument « \1 » prend \2 valeurs."),
)
#: In a value refused: what is wrong with it.
_VALUES: Rows = (
    (r"(?:Input should be a valid integer|.* is not a valid int(?:eger)?).*", r"écrivez un nombre entier."),
    (r"(?:Input should be a valid number|.* is not a valid float).*", r"écrivez un nombre."),
    (r"Input should be greater than or equal to (.+)", r"au moins \1."),
    (r"Input should be less than or equal to (.+)", r"au plus \1."),
    (r"Input should be (?!a |an )(.+)", lambda found: f"au choix : {found[1].replace(' or ', ' ou ')}."),
    (r".+ is not one of (.+)\.", r"au choix : \1."),
    (r"\w+ '(.+)' does not exist\.", r"« \1 » n’existe pas."),
    (r"\w+ '(.+)' is a directory\.", r"« \1 » est un dossier, pas un fichier."),
    (r"\w+ '(.+)' is a file\.", r"« \1 » est un fichier, pas un dossier."),
    (r"\w+ '(.+)' is not readable\.", r"« \1 » ne peut être lu."),
)
_HELP: tuple[tuple[str, str], ...] = (
    (r"^Usage: ", r"Usage : "),
    (r"^(Options|Arguments):$", r"\1 :"),
    (r"^Commands:$", r"Commandes :"),
    (r"\bCOMMAND \[ARGS\]\.\.\.", r"COMMANDE [ARGUMENTS]…"),
    (r"Show this message and exit\.", r"Affiche cette aide."),
    (r"\[default:\s+", r"[par défaut : "),
    (r"\[required\]", r"[obligatoire]"),
)


def _first(rows: Rows, text: str) -> str:
    for pattern, said in rows:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return said(found) if callable(said) else found.expand(said)
    return text


def misuse(message: str) -> str:
    """How a command was misused, in the language in force; what is not known is left as it is."""
    if current_language() != "fr":
        return message
    refused = re.fullmatch(r"Invalid value(?: for (.+?))?: (.*)", message, re.DOTALL)
    if refused is None:
        return _first(_ERRORS, message)
    where = f" pour {refused[1].strip(chr(39))}" if refused[1] else ""
    return f"valeur refusée{where} : {_first(_VALUES, refused[2])}"


def said(text: str) -> str:
    """The help or the usage of a command, in the language in force."""
    if current_language() != "fr":
        return text
    for pattern, french in _HELP:
        text = re.sub(pattern, french, text, flags=re.MULTILINE)
    return text


def speak(command: Any) -> Any:
    """Make a command, and those it holds, give their help in the language in force. Returns it."""
    for name in ("get_help", "get_usage"):
        given = getattr(command, name)
        setattr(command, name, lambda ctx, given=given: said(given(ctx)))
    for inner in getattr(command, "commands", {}).values():
        speak(inner)
    return command


def show(error: Any) -> tuple[str, int]:
    """What to print for an error of use, and the exit code; help asked for by default is shown as it is."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return message, error.exit_code
    lines = []
    if context is not None:
        lines.append(context.get_usage())
        hint = f"« {context.command_path} --help »"
        lines.append(
            f"Voyez {hint}.\n" if current_language() == "fr" else f"Try '{context.command_path} --help' for help.\n"
        )
    lines.append(f"{'Erreur : ' if current_language() == 'fr' else 'Error: '}{misuse(message)}")
    return "\n".join(lines), error.exit_code
