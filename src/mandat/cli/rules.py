"""``mandat rules``: check rules, explain one situation, run a rule over a table."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel, ValidationError

from mandat.definitions import messages
from mandat.definitions.reading import LARGEST_FILE, Document, read
from mandat.definitions.registry import kinds
from mandat.definitions.scalars import position
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text, counted

if TYPE_CHECKING:
    from mandat.apps.rulebook.schema import PerimeterDocument
    from mandat.engines.rules import Rule, RuleDocument, RuleProblem, VocabularyDocument

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def rules() -> None:
    """Vérifie, explique et applique des règles, sans base."""


def _help(fr: str, en: str) -> str:
    return str(Text(fr, en))


Region = Annotated[
    str, typer.Option(help=_help("Région dont les périmètres sont connus.", "Region whose perimeters are known."))
]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--perimeter", help=_help("NOM=FICHIER, un code commune par ligne.", "NAME=FILE, one commune code a line.")
    ),
]
AsOf = Annotated[
    str | None, typer.Option(help=_help("Jour de l'évaluation, AAAA-MM-JJ.", "Day of evaluation, YYYY-MM-DD."))
]
RuleFile = Annotated[Path, typer.Argument(help=_help("Fichier de la règle.", "File of the rule."))]


Place = tuple[str | int, ...]


def _documents(data: Any, kind: str = "", place: Place = ()) -> Iterator[tuple[str, Place]]:
    """The rules, vocabularies and perimeters of a file, and where each stands: at the top, or inside another document (a scheme holds its rules)."""
    if not isinstance(data, dict):
        return
    kind = kind or str(data.get("kind"))
    if kind in ("rule", "rule-vocabulary", "perimeter"):
        yield kind, place
        return
    known = kinds().get(kind)
    for name, inner in known.children.items() if known else ():
        items = data.get(name)
        for rank, item in enumerate(items if isinstance(items, list) else ()):
            yield from _documents(item, inner, (*place, name, rank))


@dataclass(slots=True)
class Library:
    """Rules and vocabularies read from files, by code, and every problem."""

    texts: dict[str, str] = field(default_factory=dict)
    rules: dict[str, tuple[RuleDocument, Document]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    vocabularies: dict[str, tuple[VocabularyDocument, Document]] = field(default_factory=dict)
    named: list[PerimeterDocument] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path) -> None:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
        document, problems = read(raw, file=str(path))
        self.problems += problems
        if document is None or not isinstance(document.data, dict):
            return
        self.texts[str(path)] = raw.decode("utf-8-sig")
        for kind, place in _documents(document.data):
            self._add(kind, document.inner(place) if place else document, place)

    def _add(self, kind: str, document: Document, place: Place) -> None:
        from mandat.apps.rulebook.schema import PerimeterDocument
        from mandat.engines.rules import RuleDocument, VocabularyDocument

        content = {key: value for key, value in document.data.items() if key != "kind"}
        models: dict[str, type[BaseModel]] = {
            "rule": RuleDocument, "rule-vocabulary": VocabularyDocument, "perimeter": PerimeterDocument,
        }  # fmt: skip
        model = models[kind]
        try:
            found = model.model_validate(content)
        except ValidationError as error:
            self.problems += messages.problems(error, document)
            return
        if isinstance(found, RuleDocument):
            self._once(found.code, self.rules, document)
            self.rules[found.code] = (found, document)
            self.places[found.code] = place
        elif isinstance(found, VocabularyDocument):
            self._once(found.code, self.vocabularies, document)
            self.vocabularies[found.code] = (found, document)
        elif isinstance(found, PerimeterDocument):
            self.named.append(found)

    def _once(self, code: str, known: Any, document: Document) -> None:
        if code in known:
            text = Text(
                f"code en double : {code} (déjà dans {known[code][1].file})",
                f"duplicate code: {code} (already in {known[code][1].file})",
            )
            self.problems.append(Problem(document.file, document.line(("code",)), str(text)))

    def compile(self, code: str, perimeters: Any) -> Rule | None:
        """The rule of a code; its problems are added, each at its line and column. It may name the perimeters that were read."""
        from mandat.apps.rulebook.places import with_named
        from mandat.engines.rules import compile_rule

        document, source = self.rules[code]
        used = [vocabulary for vocabulary, _ in self.vocabularies.values()]
        rule, problems = compile_rule(document, used, perimeters=with_named(perimeters, self.named))
        self.problems += [self._placed(problem, source, self.places[code]) for problem in problems]
        return rule

    def _placed(self, problem: RuleProblem, source: Document, place: Place) -> Problem:
        if problem.document:
            source, place = self.vocabularies[problem.document][1], ()
        name = ".".join(str(step) for step in problem.place if not isinstance(step, int))
        if not problem.line:
            return Problem(source.file, source.line(problem.place), f"{name} : {problem.text}")
        line, column = position(self.texts[source.file], (*place, *problem.place), problem.line, problem.column)
        return Problem(
            source.file, line, str(Text(f"colonne {column} : {problem.text.fr}", f"column {column}: {problem.text.en}"))
        )


def read_library(path: Path) -> Library:
    """Every rule and vocabulary of a folder, or of one file with the vocabularies beside it or in the programme's ``rules/``."""
    if not path.exists():
        raise InputError(Text(f"introuvable : {path}", f"not found: {path}"))
    library = Library()
    if path.is_dir():
        for file in sorted(path.rglob("*.yaml")):
            library.add(file)
        return library
    library.add(path)
    beside = Library()
    shared = path.parent.parent / "rules"
    for file in (
        *sorted(path.parent.glob("*.yaml")),
        *(sorted(shared.glob("*.yaml")) if shared != path.parent else ()),
    ):
        if file != path:
            beside.add(file)
    for code, found in beside.vocabularies.items():
        library.vocabularies.setdefault(code, found)
    library.texts = beside.texts | library.texts
    return library


def read_perimeters(region: str, places: list[str] | None) -> dict[str, frozenset[str]]:
    """The perimeters of a bundled region, and those given as files."""
    from mandat.apps.rulebook.places import bundled_perimeters

    found = dict(bundled_perimeters(region))
    for place in places or []:
        name, sign, file = place.partition("=")
        if not sign:
            raise InputError(
                Text(f"--perimeter : écrivez NOM=FICHIER, pas {place}", f"--perimeter: write NAME=FILE, not {place}")
            )
        lines = Path(file).read_text("utf-8-sig").split()
        found[name] = frozenset(lines)
    return found


def read_rule(file: Path, region: str, places: list[str] | None) -> Rule:
    """One rule ready to answer. Prints every problem and stops where it does not hold together."""
    library = read_library(file)
    if not library.rules and not library.problems:
        raise InputError(
            Text("ce fichier ne contient pas de règle (kind: rule)", "this file holds no rule (kind: rule)"),
            file=str(file),
        )
    if len(library.rules) > 1:
        named = ", ".join(sorted(library.rules))
        raise InputError(
            Text(f"ce fichier contient plusieurs règles : {named}", f"this file holds several rules: {named}"),
            file=str(file),
        )
    rule = None
    for code in library.rules:
        rule = library.compile(code, read_perimeters(region, places))
    if rule is None or library.problems:
        _tell(library.problems)
        raise typer.Exit(1)
    return rule


def read_day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(Text(f"--as-of : date impossible : {text}", f"--as-of: impossible date: {text}")) from None


def _tell(problems: list[Problem]) -> None:
    for problem in sorted(problems):
        typer.echo(str(problem), err=True)
    typer.echo(str(counted(len(problems), Text("erreur", "error"), Text("erreurs", "errors"))), err=True)


@app.command(help=_help("Vérifie des règles et leurs exemples.", "Check rules and their golden cases."))
def check(
    path: Annotated[Path, typer.Argument(help=_help("Dossier, ou fichier d'une règle.", "Folder, or file of a rule."))],
    region: Region = "24",
    perimeter: Places = None,
    as_json: Annotated[bool, typer.Option("--json", help=_help("Résultat en JSON.", "Result as JSON."))] = False,
) -> None:
    """Each error as ``file:line: column: message``."""
    library = read_library(path)
    if not (library.rules or library.vocabularies or library.problems):
        raise InputError(Text(f"aucune règle dans {path}", f"no rule in {path}"))
    perimeters = read_perimeters(region, perimeter)
    rows = []
    for code, (document, source) in sorted(library.rules.items()):
        before = len(library.problems)
        rule = library.compile(code, perimeters)
        wrong = len(library.problems) - before
        rows.append(
            {
                "code": code,
                "file": source.file,
                "cases": len(document.cases),
                "errors": wrong,
                "digest": rule.digest if rule else None,
            }
        )
        if not as_json:
            said = (
                counted(wrong, Text("erreur", "error"), Text("erreurs", "errors")) if wrong else Text("juste", "right")
            )
            cases = counted(len(document.cases), Text("exemple", "golden case"), Text("exemples", "golden cases"))
            typer.echo(f"{code:40s} {cases!s:18s} {said}")
    if as_json:
        errors = [{"file": p.file, "line": p.line, "message": p.message} for p in sorted(library.problems)]
        typer.echo(json.dumps({"rules": rows, "errors": errors}, ensure_ascii=False, indent=2))
    elif library.problems:
        _tell(library.problems)
    if library.problems:
        raise typer.Exit(1)


@app.command(help=_help("Explique ce qu'une règle répond, en phrases.", "Explain what a rule answers, in sentences."))
def explain(
    rule_file: RuleFile,
    situation: Annotated[
        Path, typer.Argument(help=_help("Situation, en YAML ou JSON.", "Situation, in YAML or JSON."))
    ],
    as_of: AsOf = None,
    region: Region = "24",
    perimeter: Places = None,
    as_json: Annotated[bool, typer.Option("--json", help=_help("Trace en JSON.", "Trace as JSON."))] = False,
) -> None:
    """Values, sentences, what is missing, contradictions."""
    from mandat.engines.rules import explain as sentences

    rule = read_rule(rule_file, region, perimeter)
    given = _situation(situation)
    day = read_day(as_of) or (given.pop("as_of", None) if isinstance(given.get("as_of"), dt.date) else None)
    if day is None:
        raise InputError(Text("donnez le jour : --as-of AAAA-MM-JJ", "give the day: --as-of YYYY-MM-DD"))
    evaluation = rule.evaluate(given, as_of=day, trace=True)
    if as_json:
        typer.echo(json.dumps(evaluation.trace.as_json(), ensure_ascii=False, indent=2))
        return
    typer.echo(f"{rule.title} — {rule.code}, {day}")
    for sentence in sentences(evaluation):
        typer.echo(f"  {sentence}")
    for reason in evaluation.failed:
        typer.echo(f"{Text('Refus', 'Refused')} : {reason.text}")
    for text in evaluation.contradictions:
        typer.echo(f"{Text('Réponses contradictoires', 'Contradictory answers')} : {text}")
    if evaluation.missing:
        typer.echo(str(Text("Il manque, dans cet ordre :", "Missing, in this order:")))
        for item in evaluation.missing:
            known = rule.known.get(item.input)
            who = item.entity if item.member is None else f"{item.entity} {item.member + 1}"
            typer.echo(f"  {who} : {known.question.text if known else Text('qui en fait partie', 'who they are')}")


def _situation(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        document, problems = read(stream.read(LARGEST_FILE + 1), file=str(file))
    if document is None:
        raise InputError(problems[0].message, file=str(file), line=problems[0].line)
    if not isinstance(document.data, dict):
        raise InputError(
            Text("une situation est un bloc de réponses", "a situation is a block of answers"), file=str(file), line=1
        )
    return document.data


@app.command(help=_help("Applique une règle à un tableau (CSV, Parquet).", "Run a rule over a table (CSV, Parquet)."))
def run(
    rule_file: RuleFile,
    table: Annotated[Path, typer.Argument(help=_help("Tableau .csv ou .parquet.", "Table, .csv or .parquet."))],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help=_help("Où écrire (.csv ou .parquet).", "Where to write (.csv or .parquet).")
        ),
    ],
    as_of: AsOf = None,
    region: Region = "24",
    perimeter: Places = None,
) -> None:
    """Every line comes out with its answers, what is missing and its error if any; the exit code is 1 if there is one."""
    from mandat.cli.rules_tables import run_table

    rule = read_rule(rule_file, region, perimeter)
    result = run_table(rule, table, output, as_of=read_day(as_of))
    for problem in result.problems:
        typer.echo(str(problem), err=True)
    if result.unused:
        typer.echo(
            str(
                Text(
                    f"colonnes gardées telles quelles : {', '.join(result.unused)}",
                    f"columns kept as they are: {', '.join(result.unused)}",
                )
            ),
            err=True,
        )
    total = counted(result.lines, Text("ligne", "line"), Text("lignes", "lines"))
    wrong = len(result.problems)
    typer.echo(str(Text(f"{total.fr}, {wrong} en erreur : {output}", f"{total.en}, {wrong} in error: {output}")))
    if result.problems:
        raise typer.Exit(1)


# At the end, for it uses what is above.
from mandat.cli.rules_simulate import simulate  # noqa: E402

app.command("simulate", help=_help("Chiffre une règle ou une réforme.", "Cost a rule or a reform."))(simulate)
