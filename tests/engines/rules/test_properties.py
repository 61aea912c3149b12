"""Random rules and households: the engine against a reference written apart, and what must hold whatever is known.

The reference evaluates nothing of the engine's: each generated formula comes with a Python function over fractions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mandat.engines.rules import UNKNOWN, Rule, compile_rule
from mandat.engines.rules.evaluation import outward_unknown
from tests.engines.rules.samples import DAY, PERIMETERS, REFERENCE, parameter, small, vocabulary, words

Env = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A formula and what it must be worth; ``env`` has the person's answers, ``foyer`` and ``membres``."""

    text: str
    of: Callable[[Env], Any]


PARAMETERS = (
    parameter("plafond", "1000.50", "EUR/month"),
    parameter("taux", "12.5", "percent"),
    parameter("majorite", 18, "year"),
    {
        "name": "impot", "label": words("le barème"), "kind": "scale", "method": "marginal", "of": "EUR/month", "unit": "1",
        "values": [{"from": "2022-01-01", "reference": REFERENCE, "brackets": [
            {"from": 0, "rate": "0"}, {"from": "500", "rate": "0.055"}, {"from": "1500.25", "rate": "0.3"}]}],
    },
    {
        "name": "grille", "label": words("la grille"), "kind": "scale", "method": "flat", "of": "EUR/month", "unit": "EUR/month",
        "values": [{"from": "2022-01-01", "reference": REFERENCE, "brackets": [
            {"from": "100", "amount": "50"}, {"from": "800", "amount": "20.5"}, {"from": "2000", "amount": "0"}]}],
    },
)  # fmt: skip


def marginal(x: Fraction) -> Fraction:
    second = max(Fraction(0), min(x, Fraction("1500.25")) - 500) * Fraction("0.055")
    return second + max(Fraction(0), x - Fraction("1500.25")) * Fraction("0.3")


def flat(x: Fraction) -> Fraction:
    return Fraction(0) if x < 100 or x >= 2000 else Fraction(50) if x < 800 else Fraction("20.5")


def years(birth: dt.date) -> int:
    return DAY.year - birth.year - ((DAY.month, DAY.day) < (birth.month, birth.day))


def rounding(x: Fraction, step: str, mode: str) -> Fraction:
    ratio = x / Fraction(step)
    if mode == "bas":
        return floor(ratio) * Fraction(step)
    if mode == "haut":
        return ceil(ratio) * Fraction(step)
    if mode == "pair":
        return round(ratio) * Fraction(step)
    whole = floor(abs(ratio) + Fraction(1, 2))
    return (whole if ratio >= 0 else -whole) * Fraction(step)


def leaf(name: str) -> Made:
    return Made(name, lambda env: env[name])


def of_household(name: str) -> Made:
    return Made(f"foyer.{name}", lambda env: env["foyer"][name])


def constant(value: Decimal) -> Made:
    return Made(f"{abs(value)} EUR/mois" if value >= 0 else f"-{abs(value)} EUR/mois", lambda env: Fraction(value))


NUMBERS = st.one_of(
    st.sampled_from(
        [
            leaf("revenu_mensuel"),
            of_household("loyer"),
            Made("plafond", lambda env: Fraction("1000.50")),
            Made("0 EUR/mois", lambda env: Fraction(0)),
            Made("par_mois(revenu_annuel)", lambda env: env["revenu_annuel"] / 12),
            Made("revenu_annuel en EUR/trimestre en EUR/mois", lambda env: env["revenu_annuel"] / 12),
            Made("somme(membres, revenu_mensuel)", lambda env: sum(m["revenu_mensuel"] for m in env["membres"])),
            Made(
                "somme(membres, revenu_mensuel, non handicap)",
                lambda env: sum((m["revenu_mensuel"] for m in env["membres"] if not m["handicap"]), Fraction(0)),
            ),
            Made(
                "max(membres, par_mois(revenu_annuel))",
                lambda env: max(m["revenu_annuel"] / 12 for m in env["membres"]),
            ),
            Made("min(membres, revenu_mensuel)", lambda env: min(m["revenu_mensuel"] for m in env["membres"])),
        ]
    ),
    st.decimals(-2000, 2000, places=2).map(constant),
)


def _two(form: str, of: Callable[[Any, Any], Any]) -> Callable[[tuple[Made, Made]], Made]:
    return lambda pair: Made(form.format(pair[0].text, pair[1].text), lambda env: of(pair[0].of(env), pair[1].of(env)))


def _one(form: str, of: Callable[[Any], Any]) -> Callable[[Made], Made]:
    return lambda made: Made(form.format(made.text), lambda env: of(made.of(env)))


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def _compare(parts: tuple[str, Made, Made]) -> Made:
    sign, a, b = parts
    return Made(f"({a.text}) {sign} ({b.text})", lambda env: OPERATORS[sign](a.of(env), b.of(env)))


def _choice(parts: tuple[Made, Made, Made]) -> Made:
    c, a, b = parts
    return Made(f"(si {c.text} alors {a.text} sinon {b.text})", lambda env: a.of(env) if c.of(env) else b.of(env))


def _guarded(parts: tuple[Made, Made]) -> Made:
    a, b = parts
    text = f"(si foyer.parts > 0.5 alors ({a.text}) / (foyer.parts - 0.5) sinon ({b.text}))".replace(
        "/ (foyer.parts - 0.5)", "/ foyer.parts"
    )
    return Made(
        text, lambda env: a.of(env) / env["foyer"]["parts"] if env["foyer"]["parts"] > Fraction("0.5") else b.of(env)
    )


def _round(parts: tuple[Made, str, str]) -> Made:
    a, step, mode = parts
    return Made(f"arrondi({a.text}, {step}, {mode})", lambda env: rounding(a.of(env), step, mode))


MODES, STEPS = st.sampled_from(["proche", "pair", "bas", "haut"]), st.sampled_from(["0.01", "0.5", "1", "25"])
CONDITIONS = st.sampled_from(
    [
        leaf("handicap"),
        Made('situation = "etudiant"', lambda env: env["situation"] == "etudiant"),
        Made('situation parmi ("etudiant", "autre")', lambda env: env["situation"] in ("etudiant", "autre")),
        Made('foyer.commune dans perimetre("region")', lambda env: env["foyer"]["commune"] in PERIMETERS["region"]),
        Made("age(date_naissance) >= majorite", lambda env: years(env["date_naissance"]) >= 18),
        Made("nombre(membres, handicap) < 2", lambda env: sum(m["handicap"] for m in env["membres"]) < 2),
        Made("nombre(membres) > foyer.enfants", lambda env: len(env["membres"]) > env["foyer"]["enfants"]),
        Made("un(membres, handicap)", lambda env: any(m["handicap"] for m in env["membres"])),
        Made(
            "tous(membres, revenu_mensuel > 3 EUR/mois)",
            lambda env: all(m["revenu_mensuel"] > 3 for m in env["membres"]),
        ),
        Made(
            "plus_mois(date_naissance, 300) < 2024-02-29",
            lambda env: _later(env["date_naissance"]) < dt.date(2024, 2, 29),
        ),
        Made("annee(date_naissance) = 2000", lambda env: env["date_naissance"].year == 2000),
        Made("jour_fixe(aujourd_hui, 9, 1) > 2025-03-01", lambda env: True),
    ]
)


def _later(day: dt.date) -> dt.date:
    year, month = day.year + 25, day.month
    return dt.date(year, month, 28) if (month, day.day) == (2, 29) and year % 4 else day.replace(year=year)


@cache
def _numbers(depth: int) -> st.SearchStrategy[Made]:
    if not depth:
        return NUMBERS
    n, c = _numbers(depth - 1), _conditions(depth - 1)
    pair = st.tuples(n, n)
    return st.one_of(
        NUMBERS,
        pair.map(_two("({} + {})", lambda a, b: a + b)),
        pair.map(_two("({} - ({}))", lambda a, b: a - b)),
        pair.map(_two("min({}, {})", min)),
        pair.map(_two("max({}, {})", max)),
        n.map(_one("abs({})", abs)),
        n.map(_one("(-({}))", lambda a: -a)),
        n.map(_one("({}) * taux", lambda a: a / 8)),
        n.map(_one("({}) * 3", lambda a: a * 3)),
        n.map(_one("({}) / 7", lambda a: a / 7)),
        n.map(_one("({}) / 4", lambda a: a / 4)),
        n.map(_one("bareme(impot, {})", marginal)),
        n.map(_one("bareme(grille, {})", flat)),
        st.tuples(n, STEPS, MODES).map(_round),
        st.tuples(c, n, n).map(_choice),
        pair.map(_guarded),
    )


@cache
def _conditions(depth: int) -> st.SearchStrategy[Made]:
    if not depth:
        return CONDITIONS
    n, c = _numbers(depth - 1), _conditions(depth - 1)
    pair = st.tuples(c, c)
    return st.one_of(
        CONDITIONS,
        st.tuples(st.sampled_from(sorted(OPERATORS)), n, n).map(_compare),
        pair.map(_two("({} et {})", lambda a, b: a and b)),
        pair.map(_two("({} ou {})", lambda a, b: a or b)),
        c.map(_one("(non {})", lambda a: not a)),
    )


MONEY = st.decimals(0, 3000, places=2) | st.sampled_from([Decimal(0), Decimal("1000.50"), Decimal("499.99")])
PERSON = st.fixed_dictionaries(
    {
        "revenu_mensuel": MONEY,
        "revenu_annuel": st.decimals(0, 30000, places=2),
        "handicap": st.booleans(),
        "situation": st.sampled_from(["etudiant", "apprenti", "autre"]),
        "date_naissance": st.dates(dt.date(1950, 1, 1), dt.date(2024, 12, 31)) | st.just(dt.date(2000, 2, 29)),
    }
)
HOUSEHOLD = st.fixed_dictionaries(
    {
        "commune": st.sampled_from(["45234", "75056"]),
        "loyer": MONEY,
        "parts": st.sampled_from([Decimal(p) for p in ("0", "0.5", "0.51", "1", "2.5", "3")]),
        "enfants": st.integers(0, 4),
    }
)


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    people = draw(st.lists(PERSON, min_size=1, max_size=3))
    return {"foyer": draw(HOUSEHOLD), "personnes": people, "demandeur": draw(st.integers(0, len(people) - 1))}


def environment(situation: dict[str, Any]) -> Env:
    def exact(block: dict[str, Any]) -> dict[str, Any]:
        return {k: Fraction(v) if isinstance(v, Decimal) else v for k, v in block.items()}

    people = [exact(person) for person in situation["personnes"]]
    return {**people[situation["demandeur"]], "foyer": exact(situation["foyer"]), "membres": people}


def rule_of(number: Made, condition: Made) -> Rule:
    """Three formulas, each of which may stand on the one before."""
    document = small(
        {"name": "droit", "label": words("vous y avez droit"), "formula": condition.text},
        {"name": "brut", "label": words("le montant brut"), "formula": number.text},
        {
            "name": "montant",
            "label": words("le montant"),
            "formula": "si droit alors arrondi(brut, 0.01, proche) sinon 0",
        },
        parameters=PARAMETERS,
        outputs=[{"name": "droit", "role": "eligible"}, {"name": "montant", "role": "amount"}],
    )
    rule, problems = compile_rule(document, [vocabulary()], perimeters=PERIMETERS)
    # Only what is proven too large is refused, and says so.
    assert rule is not None or all("10^37" in p.text.fr or "décimales" in p.text.fr for p in problems), problems
    assume(rule is not None)
    assert rule is not None
    return rule


@settings(max_examples=80)
@given(_numbers(3), _conditions(2), situations())
def test_everything_known_equals_a_reference_over_fractions(
    number: Made, condition: Made, situation: dict[str, Any]
) -> None:
    env = environment(situation)
    eligible = condition.of(env)
    amount = rounding(Fraction(number.of(env)), "0.01", "proche") if eligible else Fraction(0)
    evaluation = rule_of(number, condition).evaluate(situation, as_of=DAY)
    assert evaluation.complete or evaluation.eligible is not UNKNOWN
    assert evaluation.value("droit") is eligible
    assert Fraction(str(evaluation.value("montant"))) == amount


@settings(max_examples=80)
@given(_numbers(3), _conditions(2), situations())
def test_both_interpreters_agree_on_what_is_known(number: Made, condition: Made, situation: dict[str, Any]) -> None:
    rule = rule_of(number, condition)
    evaluation = rule.evaluate(situation, as_of=DAY)
    prepared = rule.prepare(DAY)
    p, h, _ = rule._reader.read(situation, today=20250301, ignore_unknown=False)
    for name in rule.tree.outputs:
        type_ = rule.tree.formulas[name].expr.type
        assert outward_unknown(prepared.unknown.formulas[name](p, h), type_) == evaluation.value(name)


@settings(max_examples=80)
@given(_numbers(2), _conditions(3), situations(), st.randoms(use_true_random=False))
def test_knowing_more_never_changes_what_is_decided(
    number: Made, condition: Made, situation: dict[str, Any], chance: Any
) -> None:
    rule = rule_of(number, condition)
    known = rule.evaluate(situation, as_of=DAY).values()
    for _ in range(4):
        partial = dict(situation)
        partial["foyer"] = {k: v for k, v in situation["foyer"].items() if chance.random() < 0.5}
        partial["personnes"] = [{k: v for k, v in m.items() if chance.random() < 0.5} for m in situation["personnes"]]
        if chance.random() < 0.2:
            del partial["personnes"]
            del partial["demandeur"]
        evaluation = rule.evaluate(partial, as_of=DAY)
        for name, value in evaluation.values().items():
            assert value is UNKNOWN or value == known[name]
        undecided = UNKNOWN in evaluation.values().values()
        assert bool(evaluation.missing) == (undecided and evaluation.eligible is not False)
        for item in evaluation.missing:
            blocks = (
                {"foyer": partial["foyer"]} if item.entity == "foyer" else dict(enumerate(partial.get("personnes", ())))
            )
            block = blocks.get(item.entity if item.entity == "foyer" else item.member, {})  # type: ignore[call-overload]
            assert item.input not in block


@settings(max_examples=60)
@given(_numbers(2), _conditions(3), situations())
def test_answering_the_first_question_again_and_again_ends_with_a_decision(
    number: Made, condition: Made, situation: dict[str, Any]
) -> None:
    rule = rule_of(number, condition)
    partial: dict[str, Any] = {"foyer": {}}
    for _ in range(60):
        evaluation = rule.evaluate(partial, as_of=DAY)
        if not evaluation.missing:
            break
        first = evaluation.missing[0]
        if first.entity == "foyer":
            partial["foyer"][first.input] = situation["foyer"][first.input]
        elif "personnes" not in partial:
            partial |= {"personnes": [{} for _ in situation["personnes"]], "demandeur": situation["demandeur"]}
        else:
            assert first.member is not None
            partial["personnes"][first.member][first.input] = situation["personnes"][first.member][first.input]
    assert not evaluation.missing
    full = rule.evaluate(situation, as_of=DAY)
    assert evaluation.eligible is full.eligible
    assert evaluation.amount == full.amount


@settings(max_examples=60)
@given(_numbers(2), _conditions(3), situations(), st.booleans())
def test_any_evaluation_can_be_traced_and_explained_in_both_languages(
    number: Made, condition: Made, situation: dict[str, Any], whole: bool
) -> None:
    from mandat.engines.rules import explain

    evaluation = rule_of(number, condition).evaluate(situation if whole else {"foyer": situation["foyer"]}, as_of=DAY)
    for text in (*explain(evaluation), *(reason.text for reason in evaluation.failed)):
        assert text.fr.endswith(".")
        assert text.en.endswith(".")
        assert "None" not in text.fr
    assert evaluation.trace.as_json()["steps"]
    if evaluation.eligible is False:
        assert evaluation.failed
