"""Random rules that hold together, random households, and their answers by every back end."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from mandat.engines.rules import UNKNOWN, Rule, RuleDocument, VocabularyDocument, compile_rule
from mandat.engines.rules.contiguous import Column, compile_arrays
from mandat.engines.rules.contiguous_arrow import columns_of, household_sizes
from mandat.engines.rules.levels import plan
from mandat.engines.rules.tree import Tree
from tests.engines.rules.samples import REFERENCE, formula, parameter, question, words

COMMUNES = ("45234", "37261", "18033", "75056")
PERIMETERS = {"ici": frozenset(COMMUNES[:2]), "large": frozenset(f"{n:05d}" for n in range(45000, 45300))}
FIRST, LAST = dt.date(1930, 1, 1), dt.date(2024, 12, 31)

VOCABULARY = VocabularyDocument.model_validate(
    {
        "code": "essai",
        "entities": [
            {"name": "personne", "kind": "person", "within": "foyer", "most": 5},
            {"name": "foyer", "kind": "household"},
        ],
        "inputs": [
            question("aa", "a", "a", entity="personne", type="number", decimals=2, min=-1000, max=10000),
            question("bb", "b", "b", entity="personne", type="integer", min=0, max=40),
            question("dd", "d", "d", entity="personne", type="date", min=FIRST, max=LAST),
            question("kk", "k", "k", entity="personne", type="boolean"),
            question(
                "ss", "s", "s", entity="personne", type="choice",
                choices=[{"code": code, "label": words(code)} for code in ("rouge", "vert", "bleu")],
            ),
            question("xx", "x", "x", entity="foyer", type="number", decimals=1, min=0, max=5000),
            question("ee", "e", "e", entity="foyer", type="date", min=FIRST, max=LAST),
            question("hh", "h", "h", entity="foyer", type="boolean"),
            question("cc", "c", "c", entity="foyer", type="commune"),
        ],
    }
)  # fmt: skip

PARAMETERS = [
    parameter("pp", "12.5"),
    parameter("qq", "-3"),
    parameter("ff", dt.date(2001, 2, 28), kind="date"),
    {
        "name": "mm", "label": words("m"), "kind": "scale", "method": "marginal", "of": "1",
        "values": [{"from": "2000-01-01", "reference": REFERENCE, "brackets": [
            {"from": "-10", "rate": "0.1"}, {"from": "100.5", "rate": "0.25"}, {"from": 2000, "rate": "0.05"}]}],
    },
    {
        "name": "tt", "label": words("t"), "kind": "scale", "method": "flat", "of": "1", "unit": "1",
        "values": [{"from": "2000-01-01", "reference": REFERENCE, "brackets": [
            {"from": 0, "amount": "10"}, {"from": "33.3", "amount": "7.25"}, {"from": 400, "amount": "-1"}]}],
    },
    {
        "name": "rr", "label": words("r"), "kind": "scale", "method": "flat", "of": "1",
        "values": [{"from": "2000-01-01", "reference": REFERENCE, "brackets": [
            {"from": 0, "rate": "0.5"}, {"from": 50, "rate": "0.125"}]}],
    },
]  # fmt: skip
for _parameter in PARAMETERS:
    _parameter["values"][0]["from"] = "2000-01-01"

Draw = Any


class Writer:
    """Writes formulas at random, mostly well typed: what the checker refuses is thrown away."""

    def __init__(self, draw: Draw, numbers: list[tuple[str, str]], truths: list[tuple[str, str]]) -> None:
        self.draw, self.numbers, self.truths = draw, numbers, truths

    def pick(self, options: list[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def name(self, names: list[tuple[str, str]], entity: str) -> str | None:
        found = [(e, n) for e, n in names if e == entity or (entity == "personne" and e == "foyer")]
        if not found:
            return None
        owner, name = self.pick(found)
        return name if owner == entity else f"foyer.{name}"

    def day(self, entity: str, depth: int) -> str:
        leaf = self.pick(["dd", "foyer.ee"] if entity == "personne" else ["ee"])
        leaf = self.pick([leaf, leaf, "ff", "2003-02-28"])
        if depth <= 0:
            return str(leaf)
        inner = self.day(entity, depth - 1)
        return str(
            self.pick(
                [
                    leaf,
                    f"plus_mois({inner}, {self.pick([-14, 1, 11, 30])})",
                    f"plus_jours({inner}, {self.pick([-400, 1, 59, 900])})",
                    f"jour_fixe({inner}, 9, 1)",
                    f"max({inner}, {leaf})",
                ]
            )
        )

    def number(self, entity: str, depth: int, *, inside: bool = False) -> str:
        if depth <= 0:
            leaves = ["3", "0.25", "-7.5", "pp", "qq", self.name(self.numbers, entity) or "2"]
            leaves += ["aa", "bb", "foyer.xx"] if entity == "personne" else ["xx"]
            return str(self.pick(leaves))

        def n() -> str:
            return self.number(entity, depth - 1, inside=inside)

        def b() -> str:
            return self.truth(entity, depth - 1, inside=inside)

        def m() -> str:
            return self.number("personne", depth - 1, inside=True)

        forms = [
            lambda: f"({n()} + {n()})",
            lambda: f"({n()} - {n()})",
            lambda: f"({n()} * {n()})",
            lambda: f"({n()} / {self.pick(['3', '0.7', '(abs(' + n() + ') + 1)', '(max(' + n() + ', 0.5))'])})",
            lambda: f"min({n()}, {n()}, {n()})",
            lambda: f"max({n()}, {n()})",
            lambda: f"abs({n()})",
            lambda: f"(-{n()})",
            lambda: (
                f"arrondi({n()}, {self.pick(['0.01', '1', '0.5', '25'])}, {self.pick(['proche', 'pair', 'bas', 'haut'])})"
            ),
            lambda: f"arrondi({n()} / {self.pick(['3', '7', '40'])}, 0.01, {self.pick(['proche', 'pair'])})",
            lambda: f"(si {b()} alors {n()} sinon {n()})",
            lambda: f"bareme({self.pick(['mm', 'tt', 'rr'])}, {n()})",
            lambda: f"(age({self.day(entity, 1)}, {self.day(entity, 1)}) / 1 an)",
            lambda: f"(mois_entre({self.day(entity, 1)}, {self.day(entity, 1)}) / 1 mois)",
            lambda: f"(jours_entre({self.day(entity, 1)}, {self.day(entity, 1)}) / 1 jour)",
            lambda: f"{self.pick(['annee', 'mois_de', 'jour_de'])}({self.day(entity, 2)})",
            lambda: f"(si abs({n()}) > 0 alors 1 sinon {n()})",
            lambda: f"(si foyer.xx > 0 alors {n()} / foyer.xx sinon 0)" if entity == "personne" else "xx",
        ]
        if not inside:
            forms += 2 * [
                lambda: f"somme(membres, arrondi({m()}, 0.01, proche))",
                lambda: f"somme(membres, aa, {self.truth('personne', depth - 1, inside=True)})",
                lambda: f"nombre(membres, {self.truth('personne', depth - 1, inside=True)})",
                lambda: "nombre(membres)",
                lambda: f"min(membres, {m()})",
                lambda: f"max(membres, {m()})",
            ]
        return str(self.pick(forms)())

    def truth(self, entity: str, depth: int, *, inside: bool = False) -> str:
        if depth <= 0:
            leaves = ["vrai", self.name(self.truths, entity) or "faux"]
            leaves += ["kk", "foyer.hh"] if entity == "personne" else ["hh"]
            return str(self.pick(leaves))

        def n() -> str:
            return self.number(entity, depth - 1, inside=inside)

        def b() -> str:
            return self.truth(entity, depth - 1, inside=inside)

        commune = "foyer.cc" if entity == "personne" else "cc"
        forms = [
            lambda: f"({n()} {self.pick(['<', '<=', '>', '>=', '=', '!='])} {n()})",
            lambda: f"({self.day(entity, 1)} {self.pick(['<', '>=', '='])} {self.day(entity, 1)})",
            lambda: f"({b()} et {b()})",
            lambda: f"({b()} ou {b()})",
            lambda: f"(non {b()})",
            lambda: f"({b()} = {b()})",
            lambda: f'({commune} dans perimetre("{self.pick(["ici", "large"])}"))',
            lambda: f'({commune} = "45234")',
            lambda: f"(si {b()} alors {b()} sinon {b()})",
            lambda: f"(age({self.day(entity, 0)}) >= 18 ans)",
        ]
        if entity == "personne":
            forms += [lambda: '(ss parmi ("rouge", "bleu"))', lambda: '((si kk alors ss sinon "vert") != "rouge")']
        if not inside:
            forms += [
                lambda: f"un(membres, {self.truth('personne', depth - 1, inside=True)})",
                lambda: f"tous(membres, {self.truth('personne', depth - 1, inside=True)})",
            ]
        return str(self.pick(forms)())


@st.composite
def rules(draw: Draw, subject: str | None = None) -> Rule | None:
    """A rule of a few formulas that refer to one another; None where the checker refuses it."""
    about = subject or draw(st.sampled_from(["personne", "foyer"]))
    numbers: list[tuple[str, str]] = []
    truths: list[tuple[str, str]] = []
    lines, outputs = [], []
    for rank in range(draw(st.integers(2, 5))):
        entity = draw(st.sampled_from(["personne", "foyer"]))
        writer = Writer(draw, numbers, truths)
        name = f"v{rank}"
        if draw(st.booleans()):
            lines.append(formula(name, writer.truth(entity, 3), entity=entity))
            truths.append((entity, name))
        else:
            text = (
                f"arrondi({writer.number(entity, 3)}, 0.01, {draw(st.sampled_from(['proche', 'pair', 'bas', 'haut']))})"
            )
            lines.append(formula(name, text, entity=entity))
            numbers.append((entity, name))
        if entity in (about, "foyer"):
            outputs.append({"name": name})
    if not outputs:
        return None
    document = RuleDocument.model_validate(
        {
            "code": "essai", "title": words("Essai"), "summary": words("Un essai."), "entity": about,
            "uses": ["essai"], "applies": {"from": "2000-01-01"}, "parameters": PARAMETERS, "formulas": lines,
            "outputs": outputs,
        }
    )  # fmt: skip
    rule, _ = compile_rule(document, [VOCABULARY], perimeters=PERIMETERS)
    return rule


def _cents(low: int, high: int, decimals: int) -> st.SearchStrategy[Decimal]:
    factor = 10**decimals
    return st.one_of(
        st.integers(low * factor, high * factor), st.integers(max(low, -2) * factor, min(high, 60) * factor)
    ).map(lambda n: Decimal(n).scaleb(-decimals))


def _maybe(strategy: st.SearchStrategy[Any], unknown: bool) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, strategy, st.none()) if unknown else strategy


def households(*, unknown: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    days = st.one_of(st.dates(FIRST, LAST), st.sampled_from([dt.date(2000, 2, 29), dt.date(1999, 12, 31)]))
    member = st.fixed_dictionaries(
        {
            "aa": _maybe(_cents(-1000, 10000, 2), unknown),
            "bb": _maybe(st.integers(0, 40), unknown),
            "dd": _maybe(days, unknown),
            "kk": _maybe(st.booleans(), unknown),
            "ss": _maybe(st.sampled_from(["rouge", "vert", "bleu"]), unknown),
        }
    )
    household = st.fixed_dictionaries(
        {
            "xx": _maybe(_cents(0, 5000, 1), unknown),
            "ee": _maybe(days, unknown),
            "hh": _maybe(st.booleans(), unknown),
            "cc": _maybe(st.sampled_from(COMMUNES), unknown),
        }
    )
    one = st.fixed_dictionaries({"foyer": household, "personnes": st.lists(member, min_size=1, max_size=5)})
    return st.lists(one, min_size=1, max_size=6)


TYPES = {
    "aa": pa.decimal128(12, 2), "bb": pa.int16(), "dd": pa.date32(), "kk": pa.bool_(), "ss": pa.string(),
    "xx": pa.decimal128(9, 1), "ee": pa.date32(), "hh": pa.bool_(), "cc": pa.string(),
}  # fmt: skip
OF_PERSONS, OF_HOUSEHOLDS = ("aa", "bb", "dd", "kk", "ss"), ("xx", "ee", "hh", "cc")


def tables(people: list[dict[str, Any]]) -> tuple[pa.Table, pa.Table]:
    """Persons and households, sorted by household."""
    members = [(rank, each) for rank, one in enumerate(people) for each in one["personnes"]]
    persons = {"menage": pa.array([rank for rank, _ in members], pa.int64())}
    persons["rang"] = pa.array([k for one in people for k in range(len(one["personnes"]))], pa.int64())
    persons |= {name: pa.array([each[name] for _, each in members], TYPES[name]) for name in OF_PERSONS}
    homes = {"menage": pa.array(range(len(people)), pa.int64())}
    homes |= {name: pa.array([one["foyer"][name] for one in people], TYPES[name]) for name in OF_HOUSEHOLDS}
    return pa.table(persons), pa.table(homes)


def one_by_one(rule: Rule, people: list[dict[str, Any]], as_of: dt.date) -> list[dict[str, Any]]:
    """Every output for every subject, by the interpreter."""
    found = []
    for one in people:
        situation = {
            "foyer": {name: value for name, value in one["foyer"].items() if value is not None},
            "personnes": [{k: v for k, v in each.items() if v is not None} for each in one["personnes"]],
        }
        seats = range(len(one["personnes"])) if rule.tree.subject.name == "personne" else (None,)
        for seat in seats:
            asked = situation if seat is None else {**situation, "demandeur": seat}
            evaluation = rule.evaluate(asked, as_of=as_of)
            found.append({name: evaluation.value(name) for name in rule.tree.outputs})
    return found


def by_arrays(
    trees: list[Tree], persons: pa.Table, homes: pa.Table, as_of: dt.date, *, complete: bool
) -> list[list[dict[str, Any]]]:
    """The same, by the contiguous back end: one list of outputs for each version of the rule."""
    tree = trees[0]
    needed = plan(tree, tree.outputs).inputs
    of_persons = [name for name in needed if name in OF_PERSONS]
    given = columns_of(tree, of_persons, persons, {name: name for name in of_persons})
    of_homes = [name for name in needed if name in OF_HOUSEHOLDS]
    given |= columns_of(tree, of_homes, homes, {name: name for name in of_homes})
    names = {name: column.names for name, column in given.items()}
    compiled = compile_arrays(trees, as_of=as_of, names=names, complete=None if complete else ())
    found = compiled.run(household_sizes(persons["menage"]), given)
    return [_listed(outputs) for outputs in found]


def _listed(outputs: dict[str, Column]) -> list[dict[str, Any]]:
    rows = len(next(iter(outputs.values())).values)
    return [{name: _value(column, k) for name, column in outputs.items()} for k in range(rows)]


def _value(column: Column, k: int) -> Any:
    if column.known is not None and not column.known[k]:
        return UNKNOWN
    value = column.values[k]
    if isinstance(value, np.bool_):
        return bool(value)
    return Decimal(int(value)).scaleb(-column.scale)
