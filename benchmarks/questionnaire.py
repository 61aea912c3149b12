"""How long one step of "Mes droits" takes with 100 rights published, and how many statements it sends.

    python benchmarks/questionnaire.py

A programme is made of 100 rights over 100 generated rules that share ten questions; a person is walked through the whole
questionnaire by the pages themselves, signed forms included. Limit: 100 ms a step, the slowest included.
"""

from __future__ import annotations

import html
import json
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ["MANDAT_VAR"] = tempfile.mkdtemp(prefix="mandat-bench-")
os.environ["DJANGO_SETTINGS_MODULE"] = "mandat.config.settings.dev"

RIGHTS, SEED, LIMIT = 100, 1, 0.100


def documents() -> dict[str, bytes]:
    """A vocabulary of ten questions, then each right with a rule of its own."""
    from tests.apps.rights import samples

    rng = random.Random(SEED)
    inputs = [
        {"name": f"revenu_{n}", "entity": "personne" if n % 3 else "foyer", "type": "number", "unit": "EUR/month", "decimals": 2,
         "min": 0, "max": 100000, "label": samples.words(f"le revenu {n}"), "question": samples.words(f"Quel est le revenu {n} ?")}
        for n in range(5)
    ] + [
        {"name": f"cas_{n}", "entity": "personne", "type": "boolean", "label": samples.words(f"le cas {n} est le vôtre"),
         "question": samples.words(f"Le cas {n} est-il le vôtre ?")}
        for n in range(5)
    ]  # fmt: skip
    bodies: list[tuple[str, dict[str, object]]] = [
        ("rule-vocabulary", {**samples.VOCABULARY, "inputs": [*samples.VOCABULARY["inputs"], *inputs]})
    ]
    for rank in range(RIGHTS):
        code = f"droit-{rank}"
        rule = samples.rule(code, ceiling=rng.randint(500, 3000), aid=rng.randint(20, 400), unit="EUR")
        extra = rng.sample(inputs, 3)
        tests = [f"foyer.{i['name']}" if i["entity"] == "foyer" else str(i["name"]) for i in extra]
        parts = [
            name if i["type"] == "boolean" else f"{name} < {rng.randint(200, 4000)} EUR/month"
            for i, name in zip(extra, tests, strict=True)
        ]
        rule["formulas"].insert(
            -2,
            {
                "name": "autres",
                "label": samples.words("les autres conditions"),
                "formula": f"{parts[0]} et ({parts[1]} ou {parts[2]})",
            },
        )
        for line in rule["formulas"]:
            if line["name"] == "est_eligible":
                line["formula"] = "sous_plafond et habite_ici et autres"
        bodies.append(("rule", rule))
        bodies.append(
            ("right", samples.agent_right(code, rule=code, title=samples.words(f"Droit {rank}"), evidence=[]))
        )
    return samples.texts_of(*bodies)


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from mandat.apps.programme.services import programme_load
    from mandat.apps.territory import reference
    from mandat.apps.territory.services import territory_import
    from mandat.definitions.folder import read_texts
    from tests.programmes_folder import texts

    settings.ALLOWED_HOSTS, settings.MANDAT_PROGRAMME, settings.DEBUG = ["testserver"], "essai", False
    call_command("migrate", verbosity=0, interactive=False)
    with reference.bundled()["24"].open("rb") as stream:
        territory_import(reference=reference.read_bundle(stream, file="24"))
    folder = read_texts(texts() | documents())
    assert not folder.problems, folder.problems[:3]
    programme_load(folder=folder)

    client, times, cpu, statements = Client(), [], [], 0
    page = client.post("/mes-droits/", {"op": "begin"})  # rules are compiled once
    for _ in range(40):
        shown = html.unescape(page.content.decode())
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
        question = hidden.get("question", "")
        if not question:
            break
        typed = "Orléans" if question.endswith("commune") else "false" if "cas_" in question else "450,50"
        data = {"answers": hidden["answers"], "question": question, "op": "answer", question: typed}
        begun, worked = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as sent:
            page = client.post("/mes-droits/", data)
        times.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - worked)
        statements = max(statements, len(sent))
        assert page.status_code == 200, question
    times.sort()
    print(json.dumps({
        "rights": RIGHTS, "steps": len(times), "p50_ms": round(times[len(times) // 2] * 1000, 1), "slowest_ms": round(times[-1] * 1000, 1),
        "cpu_p50_ms": round(sorted(cpu)[len(cpu) // 2] * 1000, 1), "cpu_slowest_ms": round(max(cpu) * 1000, 1), "statements": statements, "limit_ms": LIMIT * 1000, "within": times[-1] < LIMIT,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
