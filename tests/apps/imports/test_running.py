"""Files become facts once, amended lines become corrections, refused lines are named."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from mandat import journal
from mandat.apps.imports import running, services
from mandat.apps.imports.models import Run, State
from mandat.definitions.folder import read_texts
from mandat.journal import columns, guard, state
from mandat.journal.verify import verify
from mandat.kernel.errors import InputError
from tests.apps.imports.conftest import MAPPINGS
from tests.programmes_folder import texts

pytestmark = pytest.mark.django_db

HEADER = (
    "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,objet,montant,nature"
)
LINES = [
    "Région,23450002300028,2024-03-14,24-001,Association Soigner,32416633900055,Formation des médecins,1000,aide en numéraire",
    "Région,23450002300028,2024-03-15,24-002,Faculté de Tours,35123272300012,Recherche,2000.50,aide en numéraire",
    "Région,23450002300028,2024-03-16,24-003,M. DUPONT,,Aide à M. Dupont,300,aide en numéraire",
    "Région,23450002300028,2024-03-17,24-004,Association Vivre,35326470800044,Santé animale,400,aide en numéraire",
]


@pytest.fixture
def send(programme, tmp_path):
    def send(lines, *, mapping="subventions", dry_run=False, header=HEADER, name="essai.csv") -> Run:
        path = tmp_path / name
        path.write_text("\n".join([header, *lines]) + "\n")
        return services.import_file(path=path, mapping=mapping, dry_run=dry_run, programme="essai")

    return send


def facts(**conditions):
    return [entry.fact for entry in journal.iterate(programme="essai", **conditions) if entry.fact.source]


def outcome(run: Run) -> tuple[int, int, int, int, int]:
    return run.new, run.known, run.corrected, run.repeated, run.refused


def test_each_line_is_a_fact_bound_by_the_rules_that_fit_it(send):
    run = send(LINES)
    assert outcome(run) == (4, 0, 0, 0, 0)
    first, second, third, fourth = facts()
    assert (first.measures, first.commitments) == ((1,), ("1.1",))
    assert (second.measures, second.commitments) == ((2,), ())
    assert third.measures == fourth.measures == ()
    assert first.area == "region:24"
    assert first.definition.kind == "import-mapping"
    assert first.data == {
        "awarder": "Région",
        "awarder_siret": "23450002300028",
        "beneficiary": "Association Soigner",
        "beneficiary_siret": "32416633900055",
        "purpose": "Formation des médecins",
        "nature": "money",
        "reference": "24-001",
    }
    assert run.summary == {
        "lines": {"1": 1, "2": 1, "": 2},
        "amounts": {"1": "1000.00", "2": "2000.50", "": "700.00"},
        "notes": {"person": 1},
    }


def test_the_name_of_a_person_is_nowhere(send):
    send([*LINES, "Région,23450002300028,2024-99-16,24-003,Mme DUPONT,,Aide,x,y"])
    recorded = "".join(entry.text for entry in journal.iterate())
    told = "".join(fr + en for run in Run.objects.all() for _, fr, en in running.refusals(run))
    assert "dupont" not in (recorded + told).lower()
    assert facts()[2].data["beneficiary"] == "Personne physique"


def test_a_trial_records_nothing_and_tells_the_same(send):
    before = journal.head().size
    trial = send(LINES, dry_run=True)
    assert journal.head().size == before
    assert outcome(trial) == outcome(send(LINES))
    assert outcome(send(LINES, dry_run=True)) == (0, 4, 0, 0, 0)


def test_a_file_imported_twice_is_recorded_once(send):
    send(LINES)
    size = journal.head().size
    assert outcome(send(LINES)) == (0, 4, 0, 0, 0)
    assert outcome(send(LINES[::-1], name="autre.csv")) == (0, 4, 0, 0, 0)
    assert journal.head().size == size


def test_an_amended_line_is_a_correction(send):
    send(LINES)
    amended = [LINES[0].replace("1000", "1200"), *LINES[1:]]
    assert outcome(send(amended)) == (0, 3, 1, 0, 0)
    standing = facts(effective=True)
    assert [fact.amount for fact in standing if fact.commitments == ("1.1",)] == [Decimal("1200.00")]
    assert outcome(send(amended)) == (0, 4, 0, 0, 0)
    assert outcome(send(LINES)) == (0, 3, 1, 0, 0)
    assert len(facts(effective=True)) == 4


def test_a_withdrawn_line_is_not_brought_back_by_the_next_import(send):
    send(LINES)
    entry = next(entry for entry in journal.iterate() if entry.fact.source)
    journal.append([journal.withdrawal(entry, reason="Annulée par le conseil", occurred_on=dt.date(2025, 1, 1))])
    assert outcome(send(LINES)) == (0, 4, 0, 0, 0)
    assert len(facts(effective=True)) == 3


def test_a_line_written_twice_in_a_file_is_one_fact_and_two_instalments_are_two(send):
    instalment = LINES[0].replace("1000", "250")
    run = send([LINES[0], LINES[0], instalment, instalment, LINES[1]])
    assert outcome(run) == (3, 0, 0, 2, 0)
    assert outcome(send([LINES[0], LINES[0], instalment, instalment, LINES[1]])) == (0, 3, 0, 2, 0)


def test_two_persons_given_alike_are_two_facts(send):
    other = LINES[2].replace("DUPONT", "DURAND").replace("Dupont", "Durand")
    assert outcome(send([LINES[2], other])) == (2, 0, 0, 0, 0)
    assert outcome(send([LINES[2], other])) == (0, 2, 0, 0, 0)


def test_refused_lines_are_named_with_their_reason(send):
    future = f"{timezone.localdate().year + 1}-03-14"
    run = send(
        [
            LINES[0].replace("1000", "beaucoup"),
            LINES[1],
            LINES[2].replace("2024-03-16", future),
            LINES[3].replace("23450002300028", "21860194600013"),
            "trop,court",
        ]
    )
    assert outcome(run) == (1, 0, 0, 0, 4)
    told = {line: fr for line, fr, _ in running.refusals(run)}
    assert list(told) == [2, 4, 5, 6]
    assert "montant illisible" in told[2]
    assert "futur" in told[4]
    assert "autre collectivité" in told[5]
    assert "cellules" in told[6]


def test_a_new_version_of_a_mapping_corrects_what_it_binds_otherwise_and_nothing_else(send):
    from mandat.apps.programme.services import programme_load

    send(LINES)
    changed = {name: text.encode() for name, text in MAPPINGS.items()}
    changed["imports/subventions.yaml"] = changed["imports/subventions.yaml"].replace(
        "faculté".encode(), b"association"
    )
    programme_load(folder=read_texts(texts() | changed))
    run = send(LINES)
    assert outcome(run) == (0, 1, 3, 0, 0)
    assert sorted(fact.measures for fact in facts(effective=True)) == [(), (), (1, 2), (2,)]


def test_a_run_that_stopped_goes_on_from_its_place(send, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 3)
    lines = [LINES[0].replace("24-001", f"24-{n:03d}").replace("1000", str(1000 + n)) for n in range(10)]
    lines.insert(4, "trop,court")
    original = journal.append
    calls = []

    def fail(batch):
        calls.append(len(batch))
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return original(batch)

    monkeypatch.setattr(journal, "append", fail)
    with pytest.raises(OSError, match="No space"):
        send(lines)
    stopped = Run.objects.get()
    assert (stopped.state, stopped.place, stopped.new, stopped.refused) == (State.FAILED, 6, 5, 1)
    assert "No space" in stopped.error
    monkeypatch.setattr(journal, "append", original)
    run = send(lines)
    assert run.pk == stopped.pk
    assert outcome(run) == (10, 0, 0, 0, 1)
    assert [line for line, _, _ in running.refusals(run)] == [6]
    assert len(facts()) == 10


def test_each_batch_is_an_act_with_its_facts(send):
    with guard.acts(exempt=("imports_run", "imports_refusedline")):
        send(LINES)


def test_a_fact_the_journal_refuses_does_not_lose_the_others(send, monkeypatch):
    original = journal.append

    def refuse(batch):
        if any("24-002" in fact.subject for fact in batch):
            raise InputError("refusé")
        return original(batch)

    monkeypatch.setattr(journal, "append", refuse)
    run = send(LINES)
    assert outcome(run) == (3, 0, 0, 0, 1)
    assert [line for line, _, _ in running.refusals(run)] == [3]


@pytest.mark.parametrize(("raw", "message"), [(b"", "vide"), (b"%PDF-1.7", "PDF"), (b"a,b\n1,2\n", "ne nomme pas")])
def test_a_file_that_cannot_be_read_says_so_and_records_nothing(programme, tmp_path, raw, message):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    size = journal.head().size
    with pytest.raises(InputError, match=message):
        services.import_file(path=path, mapping="subventions", dry_run=False, programme="essai")
    assert journal.head().size == size


def test_an_unknown_mapping_is_said_with_those_that_exist(send):
    with pytest.raises(InputError, match=r"inconnue : autre .*subventions"):
        send(LINES, mapping="autre")


def test_deliberations_become_decisions(send):
    header = "COLL_NOM,COLL_SIRET,DELIB_ID,DELIB_DATE,DELIB_MATIERE_CODE,DELIB_MATIERE_NOM,DELIB_OBJET,VOTE_POUR,VOTE_CONTRE,VOTE_ABSTENTION"
    line = "Région,23450002300028,DAP 24.01,2024-03-14,8.2,Santé,Contrat local,60,12,5"
    run = send([line], mapping="deliberations", header=header)
    assert outcome(run) == (1, 0, 0, 0, 0)
    (fact,) = facts()
    assert (fact.kind, fact.measures, fact.data["body"]) == ("programme.decision_recorded.v1", (1,), "conseil")
    assert (fact.data["votes_for"], fact.data["votes_against"], fact.data["abstentions"]) == (60, 12, 5)
    assert outcome(send([line.replace("60", "61")], mapping="deliberations", header=header)) == (0, 0, 1, 0, 0)


def test_budget_lines_become_votes_and_accounts(send):
    header = "BGT_NATDEC,BGT_ANNEE,BGT_SIRET,BGT_NOM,BGT_NATURE,BGT_NATURE_LABEL,BGT_FONCTION,BGT_FONCTION_LABEL,BGT_SECTION,BGT_OPBUDG,BGT_CODRD,BGT_MTREAL,BGT_MTPREV"
    lines = [
        "budget primitif,2024,23450002300028,B,65,Charges,411,Santé,fonctionnement,réel,dépense,,1000",
        "compte administratif,2024,23450002300028,B,65,Charges,411,Santé,fonctionnement,réel,dépense,900,1000",
        "budget primitif,2024,23450002300028,B,65,Charges,411,Santé,fonctionnement,ordre,dépense,,1000",
    ]
    run = send(lines, mapping="budget", header=header)
    assert outcome(run) == (2, 0, 0, 0, 1)
    voted, executed = facts()
    assert (voted.kind, voted.occurred_on, voted.amount) == (
        "budget.line_voted.v1",
        dt.date(2024, 1, 1),
        Decimal("1000.00"),
    )
    assert (executed.kind, executed.occurred_on, executed.amount) == (
        "budget.line_executed.v1",
        dt.date(2024, 12, 31),
        Decimal("900.00"),
    )
    assert voted.measures == executed.measures == (1,)


def test_contracts_and_their_modifications_become_facts_of_the_same_measures(programme, tmp_path):
    contract = {
        "id": "M1", "acheteur": {"id": "23450002300028"}, "objet": "Travaux", "codeCPV": "45000000-7", "dateNotification": "2024-05-15",
        "montant": 1000, "lieuExecution": {"code": "45234", "typeCode": "Code commune"},
        "modifications": [{"modification": {"id": 1, "montant": 1200, "dateNotificationModification": "2024-10-18"}}],
    }  # fmt: skip
    path = tmp_path / "marches.json"
    path.write_text(json.dumps({"marches": {"marche": [contract]}}))
    run = services.import_file(path=path, mapping="marches", dry_run=False, programme="essai")
    assert outcome(run) == (2, 0, 0, 0, 0)
    awarded, modified = facts()
    assert awarded.kind == "procurement.awarded.v1"
    assert modified.kind == "procurement.modified.v1"
    assert awarded.measures == modified.measures == (2,)
    assert awarded.area == modified.area == "commune:45234"
    assert outcome(services.import_file(path=path, mapping="marches", dry_run=False, programme="essai")) == (
        0,
        2,
        0,
        0,
        0,
    )


def test_a_real_file_is_imported_whole_and_the_journal_verifies(programme, shared_data: Path):
    folder = {name: text.encode() for name, text in MAPPINGS.items()}
    folder["imports/subventions.yaml"] = folder["imports/subventions.yaml"].replace(
        b'publishers: ["23450002300028"]\n', b""
    )
    from mandat.apps.programme.services import programme_load

    programme_load(folder=read_texts(texts() | folder))
    path = shared_data / "opendata/conventions-departement-85-2018.csv"
    run = services.import_file(path=path, mapping="subventions", dry_run=False, programme="essai")
    # One line of the file stands in it twice.
    assert outcome(run) == (110, 0, 0, 1, 3)
    again = services.import_file(path=path, mapping="subventions", dry_run=False, programme="essai")
    assert outcome(again) == (0, 110, 0, 1, 3)
    now = journal.head()
    report = verify(columns.Database(now), key=state.verifier_key())
    columns.check_copies(now, report)
    assert report.ok, report.findings
