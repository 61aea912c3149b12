#!/usr/bin/env python3
"""Compute one figure of Mandat again from public facts. Python 3.9 or newer, standard library only.

    python3 recompute.py [--date 2026-11-23] [--key NAME+HASH+KEY]

Reads the files beside it and trusts none of them: the checkpoint's signature (Ed25519), the proof that each fact is in the
signed log (RFC 9162), the digest of the definition. Then it computes the value and the status on the date
and compares them with what the site published. Exit code 0 when everything agrees, 1 otherwise.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import json
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
MILESTONE = "programme.milestone_reached.v1"
SUSPENDED = "programme.commitment_suspended.v1"
RESUMED = "programme.commitment_resumed.v1"
PUBLISHED = "programme.definition_published.v1"


def refuse(french: str, english: str) -> NoReturn:
    print(f"REFUSÉ : {french}\nREFUSED: {english}")
    raise SystemExit(1)


# --- Ed25519 verification, after RFC 8032 section 5.1 -----------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a: tuple, b: tuple) -> tuple:  # type: ignore[type-arg]
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    low, high, left, right = f - e, f + e, h - g, h + g
    return low * left % P, high * right % P, left * right % P, low * high % P


def times(scalar: int, point: tuple) -> tuple:  # type: ignore[type-arg]
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point = add(point, point)
        scalar >>= 1
    return found


def point_of(raw: bytes) -> tuple | None:  # type: ignore[type-arg]
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64 or BASE is None:
        return False
    owner, nonce = point_of(public), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if owner is None or nonce is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(nonce, times(h, owner))
    across, along = left[0] * right[2] - right[0] * left[2], left[1] * right[2] - right[1] * left[2]
    return not across % P and not along % P


def read_checkpoint(note: str, key: str) -> tuple[int, bytes]:
    """Size and root of the log, once the signature by ``key`` is checked."""
    name, digest, encoded = key.strip().split("+", 2)
    raw = base64.b64decode(encoded)
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        owner, _, value = line[2:].rpartition(" ")
        signature = base64.b64decode(value)
        if owner == name and signature[:4].hex() == digest and signed(raw[1:], text.encode(), signature[4:]):
            lines = text.split("\n")
            return int(lines[1]), base64.b64decode(lines[2])
    return refuse("la signature du point de contrôle est fausse", "the checkpoint's signature is wrong")


# --- Facts and their proofs, after RFC 9162 section 2.1 ---------------------------------------------------------------


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    place, last, node = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def read_facts(size: int, root: bytes) -> list[dict[str, Any]]:
    """The facts in the order of the log, each proved to be in it; those another fact replaces are marked."""
    facts: list[dict[str, Any]] = []
    before = -1
    with (HERE / "facts.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            wrapped = json.loads(line)
            leaf = hashlib.sha256(b"\x00" + wrapped["fact"].encode()).digest()
            fact = json.loads(wrapped["fact"])
            path = [base64.b64decode(step) for step in wrapped["path"]]
            if fact["index"] <= before or not included(leaf, fact["index"], size, path, root):
                refuse(
                    f"facts.jsonl, ligne {number} : ce fait n'est pas dans le journal signé",
                    f"facts.jsonl, line {number}: this fact is not in the signed log",
                )
            before = fact["index"]
            facts.append(fact)
    replaced = {fact["corrects"] for fact in facts if "corrects" in fact}
    return [fact for fact in facts if fact["index"] not in replaced]


def check_definition(kind: str, part: dict[str, Any], facts: list[dict[str, Any]]) -> None:
    """The definition's digest is right, and it is the version the log says was published last."""
    text = json.dumps(part["body"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    announced = [f for f in facts if f["kind"] == PUBLISHED and f["data"]["kind"] == kind and f["data"]["code"] == part["body"]["code"]]  # fmt: skip
    last = announced[-1].get("definition", {}).get("digest") if announced else None
    if hashlib.sha256(text.encode()).hexdigest() != part["digest"] or part["digest"] != last:
        refuse(f"la définition ({kind}) n'est pas celle du journal", f"the definition ({kind}) is not the log's")


# --- The value --------------------------------------------------------------------------------------------------------


def field(fact: dict[str, Any], name: str) -> Any:
    value = fact.get("data", {}).get(name[5:]) if name.startswith("data.") else fact.get(name)
    if value in (None, ""):
        return None
    return Decimal(value) if name in ("quantity", "amount") else value


def written(value: Any) -> str:
    """A value as filters and members compare it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def accepted(rule: dict[str, Any], fact: dict[str, Any], measure: int, code: str) -> bool:
    scope = rule.get("scope", "commitment")
    if fact["kind"] not in rule["facts"]:
        return False
    if scope == "commitment" and code not in fact.get("commitments", ()):
        return False
    if scope == "measure" and measure not in fact.get("measures", ()):
        return False
    for condition in rule.get("where", ()):
        value = field(fact, condition["field"])
        if value is None or (condition.get("any_of") and written(value) not in condition["any_of"]):
            return False
        for bound, sign in (("at_least", 1), ("at_most", -1)):
            if condition.get(bound) is not None:
                if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
                    return False
                if sign * (value - Decimal(condition[bound])) < 0:
                    return False
    return True


def evaluate(rule: dict[str, Any], facts: list[dict[str, Any]], weights: dict[str, Any]) -> dict[str, Any]:
    """Value after each day (``series``), by year, number of facts and day of the last one. ``facts`` are those accepted."""
    kind, of = rule["aggregate"], rule.get("of", "")
    yearly = rule.get("window", "all") == "year"
    points = []
    for fact in facts:
        value: Any = Decimal(1)
        if kind in ("sum", "last"):
            value = field(fact, of)
        elif kind in ("distinct", "share"):
            value = field(fact, "area" if kind == "share" else of)
        if value is not None:
            points.append((fact["occurred_on"], fact["index"], value))
    points.sort(key=lambda point: point[:2])
    series: dict[str, Decimal] = {}
    years: dict[int, Decimal] = {}
    seen: set[Any] = set()
    running: dict[int, Decimal] = {}
    for day, _, value in points:
        year = int(day[:4])
        period = year if yearly else 0
        total = running.get(period, Decimal(0))
        if kind in ("sum", "count"):
            total += value
            years[year] = years.get(year, Decimal(0)) + value
        elif kind == "last":
            total = years[year] = value
        elif kind == "distinct":
            total += (period, written(value)) not in seen
            seen.add((period, written(value)))
            years[year] = total
        else:
            for commune in weights["areas"].get(value, ()):
                total += 0 if commune in seen else weights["communes"][commune]
                seen.add(commune)
            years[year] = total * 100 / weights["total"]
        running[period] = total
        series[day] = total * 100 / weights["total"] if kind == "share" else total
    return {
        "facts": len(points),
        "last_day": points[-1][0] if points else None,
        "series": list(series.items()),
        "years": years,
        "value": list(series.values())[-1] if points else None,
    }


# --- The status -------------------------------------------------------------------------------------------------------


def later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = dt.date(year, month + 1, 1)
    after = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(first + dt.timedelta(days=day.day - 1), after - dt.timedelta(days=1))


def status(definition: dict[str, Any], value: dict[str, Any], steps: dict[str, Any], as_of: dt.date) -> str:
    """The published rule (see definition.json, ``rule``), in the order in which it is applied."""
    body, rule = definition["commitment"]["body"], definition["rule"]["body"]
    goal, indicator = body["goal"], body["indicator"]
    target, baseline = Decimal(goal["value"]), goal.get("baseline")
    baseline = None if baseline is None else Decimal(baseline)
    start, due = (dt.date.fromisoformat(definition[name]) for name in ("start", "due"))
    down, yearly = goal.get("direction") == "down", goal.get("each") == "year"
    reversible = indicator["aggregate"] in ("last", "share")
    outcome = body["truth"] == "outcome"
    now, series = value["value"], value["series"]
    if steps["suspended"]:
        return "suspended"

    def enough(figure: Decimal) -> bool:
        return figure <= target if down else figure >= target

    unknown = False
    if value["last_day"] is not None:
        last = dt.date.fromisoformat(value["last_day"])
        rhythm = (later(last, body["expected_every_months"]) - last).days
        unknown = as_of > last + dt.timedelta(days=int(rhythm * Decimal(rule["unknown_after"])))
    short: list[int] = []
    if yearly:
        final = due.year + (due == dt.date(due.year, 12, 31))
        whole = range(start.year + (start > dt.date(start.year, 1, 1)), final)
        over = [year for year in whole if dt.date(year, 12, 31) < as_of]
        short = [year for year in over if year not in value["years"] or not enough(value["years"][year])]
        met = len(over) == len(whole) > 0 and not short
    else:
        met = now is not None and enough(now)
    if met and not (reversible and unknown):
        return "kept"
    if as_of > due and not met:
        return "unknown" if outcome and now is None else "broken"
    if unknown or (outcome and now is None):
        return "unknown"
    milestones = {step["code"]: dt.date.fromisoformat(step["due"]) for step in body.get("milestones", ())}
    if short or any(day < as_of and code not in steps["reached"] for code, day in milestones.items()):
        return "late"

    # Where the straight path starts: the baseline, else nothing, or the first value of a figure that can go back.
    beginning = (start, Decimal(0) if baseline is None else baseline)
    if baseline is None and reversible:
        beginning = (dt.date.fromisoformat(series[0][0]), series[0][1]) if series else None  # type: ignore[assignment]

    def behind() -> bool:
        if yearly or not goal["promised"] or beginning is None:
            return False
        from_day, origin = beginning
        if as_of >= due or from_day >= due:
            expected = target
        elif as_of <= from_day:
            expected = origin
        else:
            expected = origin + (target - origin) * (as_of - from_day).days / (due - from_day).days
        figure = origin if now is None else now
        gap = figure - expected if down else expected - figure
        return bool(gap > abs(target - origin) * Decimal(rule["tolerance"]) / 100)

    if now is None and not steps["reached"]:
        return "late" if behind() else "not_begun"
    return "late" if now is not None and behind() else "in_progress"


def compute(definition: dict[str, Any], facts: list[dict[str, Any]], as_of: dt.date) -> dict[str, Any]:
    """Value, number of facts and status on the evening of ``as_of``, from facts that still stand."""
    body, measure = definition["commitment"]["body"], definition["measure"]
    rule, code, day = body["indicator"], body["code"], as_of.isoformat()
    past = [fact for fact in facts if fact["occurred_on"] <= day]
    value = evaluate(rule, [fact for fact in past if accepted(rule, fact, measure, code)], definition["weights"])
    if rule.get("window", "all") == "year" and value["value"] is not None:
        # Nothing added this year is nothing; nothing observed this year is not known.
        value["value"] = value["years"].get(as_of.year, None if rule["aggregate"] == "last" else Decimal(0))
    own = [fact for fact in past if code in fact.get("commitments", ())]
    steps: dict[str, Any] = {
        "reached": {fact["data"]["milestone"] for fact in own if fact["kind"] == MILESTONE},
        "suspended": False,
    }
    turns = [fact for fact in own if fact["kind"] in (SUSPENDED, RESUMED)]
    for fact in sorted(turns, key=lambda fact: (fact["occurred_on"], fact["index"])):
        steps["suspended"] = fact["kind"] == SUSPENDED
    return {**value, "status": status(definition, value, steps, as_of)}


# --- All together -----------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description="Recompute a figure of Mandat / Recalculer un chiffre de Mandat")
    parser.add_argument("--date", help="day of the figure (default: the one published), for instance 2026-11-23")
    parser.add_argument("--key", help="the log's public key, if you hold it from elsewhere")
    options = parser.parse_args()
    definition = json.loads((HERE / "definition.json").read_text(encoding="utf-8"))
    key = options.key or (HERE / "key.pub").read_text(encoding="utf-8")
    size, root = read_checkpoint((HERE / "checkpoint").read_text(encoding="utf-8"), key)
    facts = read_facts(size, root)
    check_definition("commitment", definition["commitment"], facts)
    check_definition("status-rule", definition["rule"], facts)

    shown = definition["published"]
    day = options.date or shown["as_of"]
    value = compute(definition, facts, dt.date.fromisoformat(day))
    figure = value["value"]
    if figure is not None:
        figure = figure.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN).normalize() + 0
    result = {
        "commitment": definition["commitment"]["body"]["code"],
        "date": day,
        "value": None if figure is None else f"{figure:f}",
        "unit": definition["commitment"]["body"]["goal"]["unit"],
        "status": value["status"],
        "facts": value["facts"],
        "log_size": size,
        "log_root": root.hex(),
    }
    print(json.dumps(result, ensure_ascii=False, indent=2))
    if day == shown["as_of"]:
        same = all(result[name] == shown[name] for name in ("value", "status", "facts"))
        print("Identique à la page. / Same as the page." if same else f"DIFFÉRENT / DIFFERENT: {shown}")
        return 0 if same else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
