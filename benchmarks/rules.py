"""Rules, timed against OpenFisca-core and Publicodes on one means-tested tariff, with equal amounts.

    MANDAT_PEERS_RULES_PYTHON=/path/to/peers/bin/python python -m benchmarks.rules [--population FOLDER] [--quick]

OpenFisca runs in an environment of its own (``requirements-peers-rules.txt``: made in ``.venv-peers-rules`` where the variable is not set) and
Publicodes under Node, installed in ``.venv-peers-publicodes``; what cannot be installed is left out. One household: the median of
2,000 evaluations of three households, in microseconds. The whole population: seconds of CPU, each side in a process of its own, from the same Parquet
files, reading and building told apart; the best of three runs. Amounts are compared one by one, and their sum.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PUBLICODES = "publicodes@1.10.3"
DAY = "2026-01-01"

#: The tariff as Mandat reads it.
VOCABULARY: dict[str, Any] = {
    "code": "commun",
    "entities": [
        {"name": "personne", "kind": "person", "within": "foyer", "most": 30},
        {"name": "foyer", "kind": "household"},
    ],
    "inputs": [
        {
            "name": "revenu_mensuel", "entity": "personne", "type": "number", "unit": "EUR/month", "decimals": 2,
            "min": 0, "max": 1000000, "label": {"fr": "le revenu", "en": "the income"},
            "question": {"fr": "Quel revenu ?", "en": "What income?"},
        },
        {
            "name": "date_naissance", "entity": "personne", "type": "date",
            "label": {"fr": "la naissance", "en": "the birth"}, "question": {"fr": "Quand ?", "en": "When?"},
        },
    ],
}  # fmt: skip


def _parameter(name: str, value: str, unit: str) -> dict[str, Any]:
    dated = {"from": "2022-01-01", "value": value, "reference": {"text": "Tarif mesuré"}}
    return {"name": name, "label": {"fr": name, "en": name}, "unit": unit, "values": [dated]}


def _formula(name: str, formula: str, entity: str = "personne") -> dict[str, Any]:
    return {"name": name, "entity": entity, "label": {"fr": name, "en": name}, "formula": formula}


RULE: dict[str, Any] = {
    "code": "tarif",
    "title": {"fr": "Tarif", "en": "Fare"},
    "summary": {"fr": "Un abonnement selon les ressources.", "en": "A pass by means."},
    "entity": "personne",
    "uses": ["commun"],
    "applies": {"from": "2022-01-01"},
    "parameters": [
        _parameter("plafond", "1000", "EUR/month"),
        _parameter("abonnement", "42.50", "EUR/month"),
        _parameter("age_reduit", "26", "year"),
        {
            "name": "part", "label": {"fr": "la part", "en": "the share"}, "kind": "scale", "method": "flat",
            "of": "EUR/month", "unit": "percent",
            "values": [{"from": "2022-01-01", "reference": {"text": "Tarif mesuré"}, "brackets": [
                {"from": 0, "amount": 25}, {"from": 1000, "amount": 50}, {"from": 2000, "amount": 100}]}],
        },
    ],
    "formulas": [
        _formula("revenus", "somme(membres, revenu_mensuel)", "foyer"),
        _formula("par_tete", "revenus / nombre(membres)", "foyer"),
        _formula("gratuit", "revenu_mensuel < plafond"),
        _formula("jeune", "age(date_naissance) < age_reduit"),
        _formula(
            "montant",
            "si gratuit alors 0 sinon arrondi(abonnement * bareme(part, foyer.par_tete) * (si jeune alors 0.5 sinon 1), 0.01, proche)",
        ),
    ],
    "outputs": [{"name": "montant", "role": "amount", "unit": "EUR/month"}],
}  # fmt: skip

#: Three households: a single person, a young person with a parent, a family. The first member asks.
HOUSEHOLDS = (
    ((1480.0, "1980-05-06"),),
    ((1100.0, "2004-02-29"), (1500.5, "1971-07-14")),
    ((4350.25, "1985-01-31"), (4875.4, "1987-11-02"), (0.0, "2015-03-03"), (0.0, "2018-08-08")),
)

OPENFISCA = r"""
import datetime, json, resource, sys, time
import numpy as np
from openfisca_core import periods
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person = Entity("person", "persons", "", "")
Household = GroupEntity("household", "households", "", "", roles=[{"key": "member", "plural": "members"}])

class income(Variable):
    value_type, entity, definition_period = float, Person, periods.DateUnit.MONTH

class birth(Variable):
    value_type, entity, definition_period = datetime.date, Person, periods.DateUnit.ETERNITY

class per_head(Variable):
    value_type, entity, definition_period = float, Household, periods.DateUnit.MONTH
    def formula(household, period):
        return household.sum(household.members("income", period)) / household.nb_persons()

class young(Variable):
    value_type, entity, definition_period = bool, Person, periods.DateUnit.MONTH
    def formula(person, period):
        born = person("birth", period)
        year = born.astype("datetime64[Y]").astype(int) + 1970
        month = born.astype("datetime64[M]").astype(int) % 12 + 1
        day = (born - born.astype("datetime64[M]")).astype(int) + 1
        start = period.start
        before = (month > start.month) | ((month == start.month) & (day > start.day))
        return start.year - year - before < 26

class amount(Variable):
    value_type, entity, definition_period = float, Person, periods.DateUnit.MONTH
    def formula(person, period):
        head = person.household("per_head", period)
        share = np.select([head < 1000, head < 2000], [0.25, 0.5], 1.0)
        price = 42.5 * share * np.where(person("young", period), 0.5, 1.0)
        # Half a cent goes up, as in the rule.
        return np.where(person("income", period) < 1000, 0, np.floor(price * 100 + 0.5) / 100)

system = TaxBenefitSystem([Person, Household])
for variable in (income, birth, per_head, young, amount):
    system.add_variable(variable)
month = "2026-01"

if sys.argv[1] == "one":
    found, spent = [], []
    for household in json.loads(sys.argv[2]):
        people = {f"p{k}": {"income": {month: i}, "birth": {"ETERNITY": b}} for k, (i, b) in enumerate(household)}
        given = {"persons": people, "households": {"h": {"members": list(people)}}}
        times = []
        for _ in range(int(sys.argv[3])):
            start = time.perf_counter()
            simulation = SimulationBuilder().build_from_entities(system, given)
            value = simulation.calculate("amount", month)[0]
            times.append(time.perf_counter() - start)
        found.append(round(float(value), 2)); spent += times
    print(json.dumps({"amounts": found, "p50": sorted(spent)[len(spent) // 2]}))
else:
    import pyarrow.dataset as ds
    runs = []
    for _ in range(int(sys.argv[3])):
        start = time.process_time()
        table = ds.dataset(sys.argv[2], partitioning="hive").to_table(columns=["menage", "revenu_mensuel", "date_naissance"])
        homes = table["menage"].to_numpy()
        money = table["revenu_mensuel"].combine_chunks().cast("float64").to_numpy()
        born = table["date_naissance"].to_numpy().astype("datetime64[D]")
        read = time.process_time()
        builder = SimulationBuilder()
        builder.create_entities(system)
        builder.declare_person_entity("person", np.arange(len(homes)))
        group = builder.declare_entity("household", np.unique(homes))
        builder.join_with_persons(group, homes, np.full(len(homes), "member"))
        simulation = builder.build(system)
        simulation.set_input("income", month, money)
        simulation.set_input("birth", "ETERNITY", born)
        built = time.process_time()
        value = simulation.calculate("amount", month)
        done = time.process_time()
        runs.append((read - start, built - read, done - built))
    cents = np.rint(value.astype(float) * 100).astype(np.int64)
    np.save(sys.argv[4], cents)
    print(json.dumps({
        "runs": runs, "persons": len(value), "sum": float(value.sum()), "cents": int(cents.sum()),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }))
"""

NODE = r"""
import Engine from "publicodes";
const households = JSON.parse(process.argv[2]), times = Number(process.argv[3]);
const rules = {
  "revenu": {"unité": "€/mois"}, "autres revenus": {"unité": "€/mois"}, "personnes": 1, "âge": 40,
  "par tête": "(revenu + autres revenus) / personnes",
  "part": {"grille": {"assiette": "par tête", "tranches": [
    {"montant": "25%", "plafond": "1000 €/mois"}, {"montant": "50%", "plafond": "2000 €/mois"}, {"montant": "100%"}]}},
  "réduction": {"variations": [{"si": "âge < 26", "alors": "50%"}, {"sinon": "100%"}]},
  "montant": {"variations": [
    {"si": "revenu < 1000 €/mois", "alors": "0 €/mois"},
    {"sinon": {"valeur": "42.50 €/mois * part * réduction", "arrondi": "2 décimales"}}]},
};
const engine = new Engine(rules, {logger: {log() {}, warn() {}, error: console.error}});
const amounts = [], spent = [];
for (const household of households) {
  const [income, birth] = household[0];
  const day = new Date(birth), age = 2026 - day.getFullYear() - (day.getMonth() > 0 || day.getDate() > 1 ? 1 : 0);
  const others = household.slice(1).reduce((total, member) => total + member[0], 0);
  const situation = {"revenu": income + " €/mois", "autres revenus": others + " €/mois", "personnes": household.length, "âge": age};
  let value;
  for (let k = 0; k < times; k++) {
    const start = process.hrtime.bigint();
    engine.setSituation(situation);
    value = engine.evaluate("montant").nodeValue;
    spent.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  amounts.push(Math.round(value * 100) / 100);
}
spent.sort((a, b) => a - b);
console.log(JSON.stringify({amounts, p50: spent[spent.length >> 1]}));
"""


def rule() -> Any:
    from mandat.engines.rules import RuleDocument, VocabularyDocument, compile_rule

    found, problems = compile_rule(
        RuleDocument.model_validate(RULE), [VocabularyDocument.model_validate(VOCABULARY)], perimeters={}
    )
    assert found is not None, problems
    return found


def one_household(times: int) -> dict[str, Any]:
    """Our interpreter: with and without the trace."""
    import datetime as dt

    made, day = rule(), dt.date.fromisoformat(DAY)
    amounts, spent, traced = [], [], []
    for household in HOUSEHOLDS:
        people = [{"revenu_mensuel": f"{income:.2f}", "date_naissance": born} for income, born in household]
        situation = {"personnes": people, "demandeur": 0}
        value = None
        for trace, into in ((False, spent), (True, traced)):
            for _ in range(times):
                start = time.perf_counter()
                value = made.evaluate(situation, as_of=day, trace=trace).value("montant")
                into.append(time.perf_counter() - start)
        amounts.append(float(value))  # type: ignore[arg-type]
    return {"amounts": amounts, "p50": sorted(spent)[len(spent) // 2], "traced": sorted(traced)[len(traced) // 2]}


def arrays(folder: str, repeats: int, out: str) -> dict[str, Any]:
    """Our contiguous back end, in this process."""
    import datetime as dt
    import resource

    import numpy as np
    import pyarrow.dataset as ds

    from mandat.engines.rules.contiguous import compile_arrays
    from mandat.engines.rules.contiguous_arrow import columns_of, household_sizes

    made, day = rule(), dt.date.fromisoformat(DAY)
    names = ("revenu_mensuel", "date_naissance")
    runs = []
    for _ in range(repeats):
        start = time.process_time()
        table = ds.dataset(folder, partitioning="hive").to_table(columns=["menage", *names])
        read = time.process_time()
        given = columns_of(made.tree, names, table, {name: name for name in names})
        sizes = household_sizes(table["menage"])
        built = time.process_time()
        program = compile_arrays(made.tree, as_of=day, names={})
        (found,) = program.run(sizes, given)
        runs.append((read - start, built - read, time.process_time() - built))
    cents = found["montant"].values * 10 ** (2 - found["montant"].scale)
    np.save(out, cents)
    return {
        "runs": runs,
        "persons": len(cents),
        "cents": int(cents.sum()),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def database(folder: str, repeats: int) -> dict[str, Any]:
    """Our columnar back end on DuckDB: the rule and a reform in one pass, their sums by decile."""
    import datetime as dt
    import resource
    from decimal import Decimal

    import ibis

    from mandat.engines.rules.columnar import compute
    from mandat.engines.rules.columnar_duckdb import fetch

    made, day = rule(), dt.date.fromisoformat(DAY)
    reform = made.reformed({"plafond": Decimal(1200)})
    runs = []
    # What loading the libraries costs is told apart.
    ibis.duckdb.connect().raw_sql("SELECT 1")
    loading = time.process_time()
    for _ in range(repeats):
        start = time.process_time()
        connection = ibis.duckdb.connect()
        persons = connection.read_parquet(f"{folder}/*/*.parquet", table_name="persons", hive_partitioning=True)
        names = ("revenu_mensuel", "date_naissance")
        found = compute(
            [made.tree, reform.tree], persons=persons, as_of=day, columns={name: name for name in names},
            complete=names, keep=["decile"],
        )  # fmt: skip
        table, before, after = found.table, found.variants[0]["montant"], found.variants[1]["montant"]
        sums = table.group_by("decile").aggregate(
            before=table[before.name].sum(),
            after=table[after.name].sum(),
            gainers=(table[after.name] < table[before.name]).sum(),
            persons=table.count(),
        )
        rows = fetch(connection, sums).to_pylist()
        runs.append(time.process_time() - start)
        connection.disconnect()
    k = 10 ** (2 - before.scale)
    return {
        "runs": runs,
        "loading": loading,
        "persons": sum(row["persons"] for row in rows),
        "cents": int(sum(row["before"] for row in rows)) * k,
        "reform": int(sum(row["after"] for row in rows)) * k,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def call(command: list[str]) -> dict[str, Any]:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def mine(side: str, *arguments: str) -> dict[str, Any]:
    return call([sys.executable, "-m", "benchmarks.rules", "--side", side, *arguments])


def peers_python() -> str:
    """The interpreter that has OpenFisca, made once; empty where it cannot be."""
    given = os.environ.get("MANDAT_PEERS_RULES_PYTHON", "")
    if given:
        return given
    place = ROOT / ".venv-peers-rules"
    python = place / "bin" / "python"
    if not python.exists():
        wanted = str(ROOT / "benchmarks" / "requirements-peers-rules.txt")
        made = subprocess.run([sys.executable, "-m", "venv", str(place)], check=False, capture_output=True)
        if made.returncode == 0:
            made = subprocess.run([str(python), "-m", "pip", "install", "-qq", "-r", wanted], check=False)
        if made.returncode:
            shutil.rmtree(place, ignore_errors=True)
            return ""
    return str(python)


def publicodes() -> Path | None:
    """The script that runs Publicodes, installed once; None where Node or the package is missing."""
    place = ROOT / ".venv-peers-publicodes"
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    if not (place / "node_modules" / "publicodes").is_dir():
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text('{"type": "module", "private": true}')
        done = subprocess.run(["npm", "install", "--silent", PUBLICODES], cwd=place, check=False, capture_output=True)
        if done.returncode:
            return None
    script = place / "bench.mjs"
    script.write_text(NODE)
    return script


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--population", type=Path, help="folder of `mandat population`; made where it is absent")
    parser.add_argument("--quick", action="store_true", help="one département only")
    parser.add_argument("--side", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        side, *arguments = options.side
        if side == "one":
            print(json.dumps(one_household(int(arguments[0]))))
        elif side == "arrays":
            print(json.dumps(arrays(arguments[0], int(arguments[1]), arguments[2])))
        else:
            print(json.dumps(database(arguments[0], int(arguments[1]))))
        return
    python, script = peers_python(), publicodes()
    times = 700
    households = json.dumps(HOUSEHOLDS)
    print("| one household | p50 µs | times ours | amounts |\n|---|---|---|---|")
    own = mine("one", str(times))
    print(f"| Mandat | {own['p50'] * 1e6:.1f} | 1 | {own['amounts']} |")
    print(f"| Mandat, traced | {own['traced'] * 1e6:.1f} | {own['traced'] / own['p50']:.1f} | |")
    others = []
    if python:
        others.append(("OpenFisca-core", call([python, "-c", OPENFISCA, "one", households, str(times)])))
    if script:
        others.append(("Publicodes", call(["node", str(script), households, str(times)])))
    for name, found in others:
        ratio = found["p50"] / own["p50"]
        same = "equal" if found["amounts"] == own["amounts"] else f"DIFFERENT: {found['amounts']}"
        print(f"| {name} | {found['p50'] * 1e6:.1f} | {ratio:.1f} | {same} |")
    for name, there in (("OpenFisca-core", bool(python)), ("Publicodes", script is not None)):
        if not there:
            print(f"{name} cannot be installed here: left out")
    with tempfile.TemporaryDirectory() as folder:
        population = options.population
        if population is None:
            population = Path(folder) / "population"
            chosen = ["--departement", "36"] if options.quick else []
            subprocess.run(
                [sys.executable, "-m", "mandat.cli", "population", str(population), *chosen],
                check=True, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
            )  # fmt: skip
        _population(str(population / "personnes"), python, Path(folder))


def _population(persons: str, python: str, folder: Path) -> None:
    import numpy as np

    print(
        "\n| whole population | persons | read s | build s | compute s | MB | sum of amounts |\n|---|---|---|---|---|---|---|"
    )
    ours = mine("arrays", persons, "3", str(folder / "ours.npy"))
    best = min(ours["runs"], key=sum)
    _row("Mandat, arrays", ours, best)
    if python:
        peer = call([python, "-c", OPENFISCA, "all", persons, "3", str(folder / "peer.npy")])
        their = min(peer["runs"], key=sum)
        _row("OpenFisca-core", peer, their)
        mine_cents, their_cents = np.load(folder / "ours.npy"), np.load(folder / "peer.npy")
        apart = int((mine_cents != their_cents).sum())
        print(
            f"\nBuild and compute: {sum(their[1:]) / sum(best[1:]):.1f} times; with reading {sum(their) / sum(best):.1f} times."
        )
        print(
            f"Amounts that differ: {apart} of {len(mine_cents)}; its own sum, in single precision: {peer['sum']:.3f}."
        )
    duck = mine("database", persons, "3")
    print(
        f"\nDuckDB, rule and reform in one pass, by decile: {min(duck['runs']):.2f} s of CPU time (first {duck['runs'][0]:.2f}, "
        f"libraries {duck['loading']:.2f}), "
        f"{duck['memory'] / 1024:.0f} MB; sum {duck['cents'] / 100:,.2f} "
        f"({'equal' if duck['cents'] == ours['cents'] else 'DIFFERENT'}), reform {duck['reform'] / 100:,.2f}."
    )


def _row(name: str, found: dict[str, Any], best: list[float]) -> None:
    read, build, compute = best
    print(
        f"| {name} | {found['persons']:,} | {read:.3f} | {build:.3f} | {compute:.3f} | {found['memory'] / 1024:.0f} "
        f"| {found['cents'] / 100:,.2f} |"
    )


if __name__ == "__main__":
    main()
