"""Files as they are: encodings, separators, headers, shifted columns, and the real files beside the repository."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.opendata import BudgetLine, Deliberation, Grant, Refused, read
from mandat.kernel.errors import InputError

HEADER = "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,objet,montant,nature,pourcentageSubvention"
LINE = "Région,23450002300028,2024-03-14,24-001,Association Forêts,32416633900055,Été à l'école,1500.50,aide en numéraire,1"


def grants(text: str | bytes, *, format: str = "scdl-subventions") -> list:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(read(format, io.BytesIO(raw)))


def good(found: list) -> list[Grant]:
    return [item for item in found if not isinstance(item, Refused)]


def reasons(found: list) -> list[tuple[int, str]]:
    return [(item.line, str(item.reason)) for item in found if isinstance(item, Refused)]


EXPECTED = {
    "awarder": "Région",
    "awarder_siret": "23450002300028",
    "day": dt.date(2024, 3, 14),
    "reference": "24-001",
    "beneficiary": "Association Forêts",
    "beneficiary_id": "32416633900055",
    "purpose": "Été à l'école",
    "amount": Decimal("1500.50"),
    "nature": "money",
}


def check(grant: Grant) -> None:
    assert {name: getattr(grant, name) for name in EXPECTED} == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_same_line_is_read_in_every_encoding_separator_and_line_end(encoding, separator, end):
    if end == "\r" and encoding.startswith("utf-16"):
        pytest.skip("nothing writes UTF-16 with bare carriage returns")
    text = f"{HEADER}{end}{LINE}{end}".replace(",", separator)
    found = grants(text.encode(encoding))
    assert reasons(found) == []
    check(found[0])
    assert found[0].line == 2


def test_lines_in_different_encodings_of_one_file_are_all_read():
    raw = f"{HEADER}\n{LINE}\n".encode() + f"{LINE.replace('24-001', '24-002')}\n".encode("cp1252")
    found = grants(raw)
    assert [grant.purpose for grant in found] == ["Été à l'école"] * 2


def test_headers_go_by_other_names_and_in_any_order():
    text = (
        "Montant total de la subvention;Nom du bénéficiaire;DATE DE LA CONVENTION DE SUBVENTION;Objet de la subvention;"
        "Identification du bénéficiaire;colonne inconnue;Référence de la décision;Nom de l'attribuant;Identification de l'attribuant\r\n"
        "1 500,50 €;Association Forêts;14/03/2024;Été à l'école;324 166 339 00055;?;24-001;Région;23450002300028\r\n"
    )
    check(grants("sep=;\r\n\r\n" + text)[0])


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf \r\n\r\n", "vide"),
        (b"PK\x03\x04 workbook", "classeur"),
        (b"\xd0\xcf\x11\xe0 old", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressé"),
        (b"\x89PNG\r\n", "image"),
        (b"<!DOCTYPE html><p>", "page web"),
        (b"a,b\x00c\n1,2,3\n" * 9, "pas du texte"),
        (b"a,b,c\n1,2,3\n", "ne nomme pas les colonnes"),
        (b"nomBeneficiaire,dateConvention\nx,2024\n", "colonne manquante : montant"),
        (b"montant,nomBeneficiaire,dateConvention,montant\n1,x,2024,2\n", "colonne en double"),
        (b"montant,nomBeneficiaire,dateConvention\n" + b"x" * 2_000_000, "sans fin"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_as_a_whole(raw, message):
    with pytest.raises(InputError, match=message):
        grants(raw)


def test_a_bad_line_loses_no_other():
    lines = [
        LINE,
        LINE.replace("1500.50", "beaucoup"),
        LINE.replace("2024-03-14", "hier"),
        LINE.replace("23450002300028", "23450002300029"),
        LINE.replace("32416633900055", "3,24E+13"),
        LINE.replace("1500.50", "-3"),
        LINE.replace("aide en numéraire", "prêt"),
        LINE.replace("Été à l'école", "=HYPERLINK(1)"),
        LINE.replace("Association Forêts,32416633900055", ","),
        "trop,court",
        LINE + ",a,b,c",
        "",
        ";;;;",
        LINE.replace("24-001", "24-009"),
    ]
    found = grants("\n".join([HEADER, *lines]))
    assert [grant.reference for grant in good(found)] == ["24-001", "24-009"]
    expected = {
        3: "montant illisible", 4: "date illisible", 5: "SIRET faux", 7: "montant négatif", 8: "nature inconnue", 9: "formule",
        10: "bénéficiaire absent", 11: "2 cellules au lieu de 10", 12: "13 cellules",
    }  # fmt: skip
    told = dict(reasons(found))
    assert {line: text for line, text in expected.items() if text not in told.get(line, "")} == {}
    assert 6 in told
    assert [item.line for item in found] == sorted(item.line for item in found)


def test_an_unquoted_decimal_comma_is_put_back():
    (grant,) = good(grants(f"{HEADER}\n{LINE.replace('1500.50', '26 962,00')};;\n"))
    assert grant.amount == Decimal("26962.00")
    assert grant.notes == ("mended",)
    assert grant.nature == "money"


def test_a_comma_inside_a_sentence_is_put_back():
    (grant,) = good(grants(f"{HEADER}\n{LINE.replace('école', 'école, puis au lycée')}\n"))
    assert grant.purpose == "Été à l'école, puis au lycée"


def test_a_row_wrapped_whole_in_quotes_is_unwrapped():
    (grant,) = good(grants(f'{HEADER}\n"{LINE.replace("Été", chr(34) * 2 + "Été" + chr(34) * 2)}"\n'))
    assert grant.purpose == '"Été" à l\'école'


def test_a_quoted_cell_may_hold_separators_and_line_ends():
    quoted = LINE.replace("Été à l'école", '"Été,\n à l\'école"')
    found = grants(f"{HEADER}\n{quoted}\n{LINE}\n")
    assert [grant.purpose for grant in good(found)] == ["Été, à l'école", "Été à l'école"]
    assert [grant.line for grant in good(found)] == [2, 4]


def test_a_quote_never_closed_swallows_no_other_line():
    lines = [LINE.replace("Été", '"Été'), *[LINE.replace("24-001", f"24-{n:03d}") for n in range(50)]]
    found = grants("\n".join([HEADER, *lines]))
    assert len(good(found)) == 51


def test_what_could_be_mended_in_two_ways_is_refused():
    # Two texts, each of which could hold the comma.
    assert reasons(grants("montant,nomBeneficiaire,objet,dateConvention\n5,Association A, B, C,2024-01-01\n")) == [
        (2, "5 cellules au lieu de 4")
    ]


def test_a_share_gives_this_beneficiary_its_part():
    (grant,) = grants(f"{HEADER}\n{LINE.removesuffix('1')}0.333\n")
    assert (grant.amount, grant.total, grant.share) == (Decimal("499.67"), Decimal("1500.50"), Decimal("0.333"))


def test_names_of_persons_are_not_kept():
    text = f"{HEADER}\nRégion,,2024,1,M. DUPONT Jean,,Aide à M. Dupont,10,,\nRégion,,2024,1,Martin EI,32416633900055,x,10,,\n"
    found = grants(text)
    assert [(grant.beneficiary, grant.beneficiary_id) for grant in found] == [("Personne physique", "")] * 2
    assert "dupont" not in repr(found).lower()
    assert "martin" not in repr(found).lower()


def test_two_lines_alike_have_one_digest_and_two_different_ones_two():
    found = grants("\n".join([HEADER, LINE, LINE, LINE.replace("1500.50", "1500.5")]))
    assert found[0].digest == found[1].digest != found[2].digest


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_no_content_makes_a_reader_fail_otherwise(raw, headed):
    for format in ("scdl-subventions", "scdl-deliberations", "scdl-budget", "decp"):
        head = {
            "scdl-subventions": HEADER,
            "scdl-deliberations": DELIBERATIONS,
            "scdl-budget": BUDGET,
            "decp": '{"marches": [',
        }[format]
        try:
            for item in read(format, io.BytesIO((head + "\n").encode() + raw if headed else raw)):
                assert item.line >= 1
        except InputError:
            pass


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")),
                min_size=1,
                max_size=40,
            ),
            st.decimals(0, 10**7, places=2),
        ),
        max_size=6,
    )
)
def test_a_well_formed_file_is_read_whole(rows):
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["montant", "dateConvention", "nomBeneficiaire", "referenceDecision"])
    for text, euros in rows:
        writer.writerow([str(euros), "2024-01-02", "Association", text])
    found = grants(out.getvalue())
    kept = good(found)
    assert len(found) == len(rows)
    refused = {item.line for item in found if isinstance(item, Refused)}
    assert [grant.amount for grant in kept] == [euros for at, (_, euros) in enumerate(rows) if at + 2 not in refused]


DELIBERATIONS = "COLL_NOM,COLL_SIRET,DELIB_ID,DELIB_DATE,DELIB_MATIERE_CODE,DELIB_MATIERE_NOM,DELIB_OBJET,VOTE_POUR,VOTE_CONTRE,VOTE_ABSTENTION,DELIB_URL"


def test_deliberations_are_read_with_their_votes():
    text = f"{DELIBERATIONS}\nRégion,23450002300028,DAP 24.01,14/03/2024,8.4,Aménagement,Contrat de rivière,60,12,5,https://exemple.org/d.pdf\n"
    (found,) = grants(text, format="scdl-deliberations")
    assert isinstance(found, Deliberation)
    assert (found.number, found.day, found.votes_for, found.votes_against, found.abstentions) == (
        "DAP 24.01",
        dt.date(2024, 3, 14),
        60,
        12,
        5,
    )
    assert found.url == "https://exemple.org/d.pdf"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Région,23450002300028,1,2024,8.4,x,Objet,1,1,1,", "jour précis"),
        ("Région,23450002300028,1,2024-03-14,8.4,x,Objet,-3,1,1,", "négatif"),
        ("Région,23450002300028,,2024-03-14,8.4,x,Objet,1,1,1,", "sans numéro"),
        ("Région,,1,2024-03-14,8.4,x,Objet,1,1,1,", "SIRET de la collectivité absent"),
        ("Région,23450002300028,1,2024-03-14,8.4,x,<script>,1,1,1,", "balise"),
    ],
)
def test_a_wrong_deliberation_is_refused(line, reason):
    found = grants(f"{DELIBERATIONS}\n{line}\n", format="scdl-deliberations")
    assert reason in str(found[0].reason)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a.b/<b>", "https://a.b/'x", "ftp://a.b"])
def test_an_unsafe_address_is_not_kept(url):
    text = f"{DELIBERATIONS}\nRégion,23450002300028,1,2024-03-14,8.4,x,Objet,1,1,1,{url}\n"
    (found,) = grants(text, format="scdl-deliberations")
    assert found.url == ""


BUDGET = "BGT_NATDEC,BGT_ANNEE,BGT_SIRET,BGT_NOM,BGT_CONTNAT,BGT_CONTNAT_LABEL,BGT_NATURE,BGT_NATURE_LABEL,BGT_FONCTION,BGT_FONCTION_LABEL,BGT_SECTION,BGT_OPBUDG,BGT_CODRD,BGT_MTREAL,BGT_MTPREV"


@pytest.mark.parametrize(
    ("stage", "real", "voted", "expected"),
    [
        ("budget primitif", "", "1000000", ("primary", Decimal("1000000.00"), False)),
        ("Budget supplémentaire", "", "5 000,00", ("supplementary", Decimal("5000.00"), False)),
        ("décision modificative", "", "-250.5", ("amending", Decimal("-250.50"), False)),
        ("compte administratif", "987654.32", "1000000", ("account", Decimal("987654.32"), True)),
    ],
)
def test_budget_lines_are_read_with_their_stage(stage, real, voted, expected):
    text = f'{BUDGET}\n{stage},2024,23450002300028,Budget,657,Subventions,65,Charges,31,Culture,fonctionnement,réel,dépense,{real},"{voted}"\n'
    (found,) = grants(text, format="scdl-budget")
    assert isinstance(found, BudgetLine), found
    assert (found.stage, found.amount, found.executed) == expected
    assert (found.section, found.direction, found.year) == ("operating", "expense", 2024)
    assert found.purpose == "Subventions – Charges – Culture"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("budget primitif,2024,23450002300028,B,1,x,1,x,1,x,fonctionnement,ordre,dépense,,5", "opération d'ordre"),
        ("budget secret,2024,23450002300028,B,1,x,1,x,1,x,fonctionnement,réel,dépense,,5", "étape inconnue"),
        ("budget primitif,2024,23450002300028,B,1,x,1,x,1,x,ailleurs,réel,dépense,,5", "section ou sens"),
        ("budget primitif,2024,23450002300028,B,1,x,1,x,1,x,fonctionnement,réel,dépense,5,", "aucun montant"),
    ],
)
def test_a_wrong_budget_line_is_refused(line, reason):
    found = grants(f"{BUDGET}\n{line}\n", format="scdl-budget")
    assert reason in str(found[0].reason)


def test_the_valid_example_is_read_whole(shared_data):
    with (shared_data / "opendata/scdl-subventions-valide.csv").open("rb") as file:
        found = list(read("scdl-subventions", file))
    assert len(good(found)) == 29
    with (shared_data / "opendata/scdl-subventions-valide.csv").open(encoding="utf-8") as file:
        assert [grant.total for grant in found] == [Decimal(row["montant"]) for row in csv.DictReader(file)]


def test_the_invalid_example_loses_only_its_invalid_lines(shared_data):
    with (shared_data / "opendata/scdl-subventions-invalide-cellules.csv").open("rb") as file:
        found = list(read("scdl-subventions", file))
    assert len(good(found)) == 25
    assert {line: text.split(" :")[0] for line, text in reasons(found)} == {
        8: "SIRET faux (clé de contrôle)",
        10: "montant absent",
        12: "numéro RNA illisible",
        27: "SIRET faux (clé de contrôle)",
    }


def test_a_real_department_file_is_read(shared_data):
    with (shared_data / "opendata/subventions-departement-44.csv").open("rb") as file:
        found = list(read("scdl-subventions", file))
    assert len(found) == 18_148
    kept = good(found)
    assert len(kept) == 18_113
    assert Counter(text.split(" :")[0] for _, text in reasons(found)) == {
        "montant absent": 32,
        "bénéficiaire absent": 1,
        "SIRET faux (clé de contrôle)": 2,
    }
    assert {grant.day.month for grant in kept} == {1}
    assert all("date:year" in grant.notes for grant in kept)


def test_a_legacy_file_with_shifted_columns_is_put_back_in_place(shared_data):
    path = shared_data / "opendata/conventions-departement-85-2018.csv"
    with path.open("rb") as file:
        found = list(read("scdl-subventions", file))
    kept = good(found)
    assert (len(kept), len(reasons(found))) == (111, 3)
    # The amounts, as anyone reads them in the file: what stands before "aide en numéraire".
    plain = path.read_bytes().decode("cp1252").replace("Â", "").replace("\xa0", " ").split("\r\n")
    for grant in kept:
        line = plain[grant.line - 1]
        assert f"{grant.total:,.2f}".replace(",", " ").replace(".", ",") in line, line
        assert grant.awarder_siret == "22850001300658"
        assert "�" not in repr(grant)
        assert "Ã" not in repr(grant)
