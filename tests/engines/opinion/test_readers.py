from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.opinion import Conversation, Sign, part_of, read_export, read_votes_file, readers
from mandat.engines.opinion.fast_votes import read_long_fast
from mandat.engines.opinion.long_votes import LARGEST_REPORT, LongColumns, read_long
from mandat.engines.opinion.tables import Source, read_layout
from mandat.kernel.errors import InputError
from tests.engines.opinion.examples import dense

LONG = "timestamp,datetime,comment-id,voter-id,vote\n"


def read(text: str | bytes, **options: object) -> Conversation:
    data = text if isinstance(text, bytes) else text.encode()
    return read_votes_file(io.BytesIO(data), name="votes.csv", **options)  # type: ignore[arg-type]


def cells(conversation: Conversation) -> dict[tuple[str, str], int]:
    table = dense(conversation.votes)
    return {
        (str(conversation.votes.participants[i]), str(conversation.votes.statements[j])): int(table[i, j])
        for i, j in zip(*np.nonzero(~np.isnan(table)), strict=True)
    }


EXPECTED = {("1", "10"): 1, ("1", "2"): -1, ("2", "10"): 0}


@pytest.mark.parametrize(
    "text",
    [
        LONG + "1,x,10,1,1\n2,x,2,1,-1\n3,x,10,2,0\n",
        "participant_id,statement_id,vote\n1,10,1\n1,2,-1\n2,10,0\n",
        "voter,statement,vote\n1,10,agree\n1,2,Disagree\n2,10,pass\n",
        "participant;énoncé;avis\n1;10;d'accord\n1;2;Pas d’accord\n2;10;passe\n",
        "Participant\tProposition\tVote\n1\t10\tPour\n1\t2\tContre\n2\t10\tAbstention\n",
        "user_id|item|value|unknown\n1|10|1.0|a\n1|2|-1.0|b\n2|10|0.0|c\n",
        "sep=;\nparticipant;statement;vote\n1;10;+1\n1;2;\u22121\n2;10;0\n",
        "participant,10,2\n1,1,-1\n2,0,\n",
        "participant,group-id,n-comments,n-votes,n-agree,n-disagree,10,2\n1,0,0,2,1,1,1,-1\n2,,5,1,0,0,0,\n",
        "participant;10;2\n1;agree;disagree\n2;pass;\n",
        "participant,age,10,2\n1,34,1,-1\n2,51,0,NA\n",
        '"participant","10","2"\n"1","1","-1"\n"2","0",""\n',
        "participant,10,2\n001,1,-1\n2.0,0\n",
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_usual_shapes_say_the_same(text: str, ends: str, mark: str) -> None:
    found = read((mark + text.replace("\n", ends)).encode())
    assert cells(found) == EXPECTED
    assert not found.refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    found = read("participant;énoncé;réponse\nÉlo;été;pour\n".encode(encoding))
    assert cells(found) == {("Élo", "été"): 1}


def test_names_are_ordered_by_number_then_by_letters() -> None:
    found = read("participant,statement,vote\np,10,1\n10,9,1\n9,b,1\n2,a,1\n")
    assert list(found.votes.participants) == ["2", "9", "10", "p"]
    assert list(found.votes.statements) == ["9", "10", "a", "b"]


def test_order_of_lines_does_not_matter() -> None:
    lines = [f"{i},x,{i % 7},{i % 5},{i % 3 - 1}\n" for i in range(60)]
    first, second = read(LONG + "".join(lines)), read(LONG + "".join(reversed(lines)))
    assert cells(first) == cells(second)
    assert list(first.votes.participants) == list(second.votes.participants)


def test_last_vote_by_time_wins_then_the_later_line() -> None:
    found = read(LONG + "30,x,0,0,1\n10,x,0,0,-1\n20,x,0,0,0\n5,x,1,0,1\n5,x,1,0,-1\n")
    assert cells(found) == {("0", "0"): 1, ("0", "1"): -1}
    assert found.repeated == 3


def test_dates_and_decimal_times_order_votes_too() -> None:
    head = "participant,statement,vote,date\n"
    assert cells(read(head + "a,s,1,2024-05-02\na,s,-1,2024-05-01T23:00:00Z\n")) == {("a", "s"): 1}
    assert cells(read(head + "a,s,1,12.5\na,s,-1,12.25\n")) == {("a", "s"): 1}


def test_unreadable_times_leave_the_order_of_the_file_and_say_so() -> None:
    found = read("participant,statement,vote,timestamp\na,s,1,yesterday\na,s,-1,\n")
    assert cells(found) == {("a", "s"): -1}
    assert len(found.notes) == 1


def test_bad_lines_are_refused_with_their_number_and_the_rest_is_kept() -> None:
    found = read(LONG + '1,x,10,1,1\n2,"on two\nlines",2,1,-1\n3,x,10,2,7\n4,x,10\n\n5,x,,3,1\n6,x,10,3,\n7,x,10,2,0\n')

    assert cells(found) == EXPECTED
    assert [problem.line for problem in found.refused] == [5, 6, 8, 9]
    assert {problem.file for problem in found.refused} == {"votes.csv"}
    assert "'7'" in found.refused[0].message


def test_bad_cell_of_a_wide_table_loses_only_itself() -> None:
    found = read("participant,10,2\n1,1,-1\n2,0,9\n")
    assert cells(found) == EXPECTED
    assert [problem.line for problem in found.refused] == [3]


def test_report_of_refused_lines_is_bounded() -> None:
    found = read(LONG + "1,x,1,1,1\n" + "1,x,1,1,bad\n" * (LARGEST_REPORT + 50))
    assert len(found.refused) == LARGEST_REPORT
    assert found.refused_count == LARGEST_REPORT + 50


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("\n\n", 0),
        ("sep=;\n", 0),
        (LONG, 0),
        (LONG + "1,x,1,1,seven\n", 2),
        ("name,colour\nA,blue\n", 1),
        ("\n\nname,colour\nA,blue\n", 3),
        ("\x00\x01\x02", 1),
        ("participant,1,2\n", 0),
        ("participant,1,2\n1,,\n", 0),
    ],
)
def test_file_without_a_readable_vote_is_an_error_with_its_place(text: str, line: int) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert error.value.file == "votes.csv"
    assert error.value.line == line


def test_field_without_end_is_an_error_with_its_line() -> None:
    with pytest.raises(InputError) as error:
        read(LONG + '1,x,1,1,1\n2,"' + "x" * 200_000)
    assert error.value.line == 3


def test_wide_table_may_have_words_as_titles_and_other_columns() -> None:
    found = read(
        "Horodatage,Commune,Il faut des pistes cyclables,Le bus doit être gratuit,Commentaire\n"
        "2024,Tours,Pour,Contre,rien à dire\n2024,Blois,Pour,,\n2025,Tours,Contre,Passe,bravo\n"
    )
    assert [statement.text for statement in found.statements] == [
        "Il faut des pistes cyclables",
        "Le bus doit être gratuit",
    ]
    assert found.votes.count == 5


def test_column_of_short_numbers_names_the_participants() -> None:
    assert cells(read("n,10,2\n1,1,-1\n2,0,\n7,,\n8,,\n")) == EXPECTED


@pytest.mark.parametrize("sign", list(Sign))
def test_sign_may_be_given(sign: Sign) -> None:
    found = cells(read("participant,statement,vote\n1,1,1\n", sign=sign))
    assert found == {("1", "1"): -1 if sign is Sign.DISAGREE else 1}


def test_words_never_change_side() -> None:
    assert cells(read("participant,statement,vote\n1,1,agree\n", sign=Sign.DISAGREE)) == {("1", "1"): 1}


def test_table_of_the_software_itself_writes_agree_as_minus_one() -> None:
    found = read("zid,pid,tid,vote,weight_x_32767,created\n1,4,2,-1,0,5\n1,4,3,1,0,5\n")
    assert cells(found) == {("4", "2"): 1, ("4", "3"): -1}
    assert found.sign_reversed


def test_own_counts_of_a_table_of_participants_tell_the_sign() -> None:
    found = read("participant,n-votes,n-agree,n-disagree,1,2,3\n1,3,1,2,1,1,-1\n2,2,0,2,1,1,\n")
    assert found.sign_reversed
    assert cells(found)["1", "3"] == 1


COMMENTS = (
    "timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    '1,1,7,2,0,1,"Two\nlines, and a comma"\n1,2,7,0,1,-1,Spam\n1,3,7,0,0,0,Nobody voted\n'
)


def export(**parts: str) -> dict[str, tuple[io.BytesIO, str]]:
    return {name: (io.BytesIO(text.encode()), f"{name}.csv") for name, text in parts.items()}


def test_export_joins_votes_words_and_summary() -> None:
    found = read_export(
        export(
            votes=LONG + "1,x,1,1,1\n1,x,1,2,1\n1,x,2,1,-1\n",
            statements=COMMENTS,
            summary='topic,"Bikes, buses"\nviews,12\nconversation-description,"On\ntwo lines"\n',
        )
    )
    assert found.topic == "Bikes, buses"
    assert found.description == "On\ntwo lines"
    assert [statement.text for statement in found.statements] == ["Two\nlines, and a comma", "Spam"]
    assert found.votes.excluded.tolist() == [False, True]
    assert not found.sign_reversed


def test_totals_stated_beside_the_votes_tell_the_sign() -> None:
    found = read_export(export(votes=LONG + "1,x,1,1,-1\n1,x,1,2,-1\n1,x,2,1,1\n", statements=COMMENTS))
    assert found.sign_reversed
    assert cells(found) == {("1", "1"): 1, ("2", "1"): 1, ("1", "2"): -1}


def test_totals_of_the_participants_tell_the_sign_where_statements_state_none() -> None:
    found = read_export(
        export(
            votes=LONG + "1,x,1,1,-1\n1,x,1,2,-1\n1,x,2,1,1\n",
            participants="participant,n-agree,n-disagree,1,2\n1,1,1,1,-1\n2,1,0,1,\n",
        )
    )
    assert found.sign_reversed
    assert cells(found) == {("1", "1"): 1, ("2", "1"): 1, ("1", "2"): -1}


def test_table_of_participants_serves_when_the_list_is_missing_or_empty() -> None:
    table = "participant,n-agree,n-disagree,1,2\n1,1,1,1,-1\n"
    for votes in ({}, {"votes": ""}, {"votes": LONG}):
        assert cells(read_export(export(participants=table, **votes))) == {("1", "1"): 1, ("1", "2"): -1}


def test_export_without_votes_is_an_error() -> None:
    with pytest.raises(InputError):
        read_export(export(statements=COMMENTS))


def test_bad_lines_of_the_statements_are_refused_and_the_rest_kept() -> None:
    found = read_export(
        export(
            votes=LONG + "1,x,1,1,1\n",
            statements="comment-id,moderated,comment-body\n1,perhaps,Text\n,1,No name\n2,1,Kept\n",
        )
    )
    assert [problem.line for problem in found.refused] == [2, 3]
    assert found.statements[0].text == "Text"


def test_statements_without_their_column_are_an_error_with_its_line() -> None:
    with pytest.raises(InputError) as error:
        read_export(export(votes=LONG + "1,x,1,1,1\n", statements="a,b\n1,2\n"))
    assert error.value.line == 1


def test_files_of_an_export_are_known_by_their_ending() -> None:
    assert part_of("votes.csv") == "votes"
    assert part_of("2025-06-19-1201-3phdex2kjf-votes.csv") == "votes"
    assert part_of("Participants-Votes.csv") == "participants"
    assert part_of("x-participant-votes.csv") == "participants"
    assert part_of("comments.csv") == "statements"
    assert part_of("summary.csv") == "summary"
    assert part_of("comment-groups.csv") is None
    assert part_of("devotes.csv") is None


def test_stream_that_cannot_seek_is_read_all_the_same() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    found = read_votes_file(Pipe((LONG + "1,x,10,1,1\n").encode()), name="votes.csv")
    assert cells(found) == {("1", "10"): 1}


def both(data: bytes) -> tuple[object, object]:
    source = Source.of(io.BytesIO(data), "votes.csv")
    layout = read_layout(source)
    where = LongColumns.find(layout)
    assert where
    out = []
    for reader in (read_long_fast, read_long):
        found = reader(source, layout, where)
        if found is None:
            out.append(None)
            continue
        times = found.times if found.times is not None else np.zeros(len(found.values))
        out.append(
            [
                (found.participants[r], found.statements[c], int(v), float(t))
                for r, c, v, t in zip(found.rows, found.columns, found.values, times, strict=True)
            ]
        )
    return out[0], out[1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "12", "007", "3", "99999999999"]),
            st.sampled_from(["0", "5", "40"]),
            st.sampled_from(["1", "0", "-1", "agree", "Pass"]),
            st.integers(0, 2**40),
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "p"]),
)
def test_column_reader_agrees_with_the_careful_one(
    votes: list[tuple[str, str, str, int]], mark: str, ends: str, prefix: str
) -> None:
    lines = ["timestamp,note,voter-id,comment-id,vote"]
    lines += [f"{time},n,{prefix}{person},{statement},{vote}" for person, statement, vote, time in votes]
    fast, careful = both((ends.join(lines) + ends).replace(",", mark).encode())
    assert fast is None or fast == careful
    if not any(vote.isalpha() for _, _, vote, _ in votes):
        assert fast == careful


@pytest.mark.parametrize(
    "bad", ["1,x,1,1,7", "1,x,1,1,", "1,x,1", "z,x,1,1,1", "1,x,,1,1", "1,x,-4,1,1", "1,x,1,1,1,9"]
)
def test_column_reader_leaves_anything_odd_to_the_careful_one(bad: str) -> None:
    fast, careful = both((LONG + "1,x,1,1,1\n" + bad + "\n").encode())
    assert fast is None
    assert careful is not None


def test_large_files_take_the_column_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "WORTHWHILE", 0)
    monkeypatch.setattr(readers, "read_long", None)
    assert cells(read(LONG + "1,x,10,1,1\n2,x,2,1,-1\n3,x,10,2,0\n")) == EXPECTED


ODD = st.sampled_from(
    [
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "\r",
        '"',
        "1",
        "-1",
        "0",
        "x",
        "participant",
        "vote",
        "comment-id",
        "\ufeff",
        "é",
        "\x00",
        " ",
    ]
)


@settings(max_examples=250, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=120),
        st.lists(ODD, max_size=40).map(lambda parts: "".join(parts).encode()),
        st.lists(ODD, max_size=30).map(lambda parts: (LONG + "".join(parts)).encode()),
        st.lists(ODD, max_size=30).map(lambda parts: ("participant,1,2,3\n" + "".join(parts)).encode()),
    )
)
def test_any_bytes_are_read_or_refused_with_an_input_error(data: bytes) -> None:
    try:
        found = read(data)
    except InputError:
        return
    assert found.votes.count > 0
    assert set(found.votes.values.tolist()) <= {-1, 0, 1}
    assert len(found.statements) == found.votes.shape[1]
    assert (found.votes.votes_by_participant() >= 0).all()


@settings(max_examples=80, deadline=None)
@given(st.lists(ODD, max_size=40).map("".join))
def test_odd_statements_and_summaries_never_lose_the_votes(text: str) -> None:
    try:
        found = read_export(export(votes=LONG + "1,x,1,1,1\n", statements=text, summary=text))
    except InputError as error:
        refused_file = error.file
    else:
        refused_file = "statements.csv"
        assert cells(found) == {("1", "1"): 1}
    # Only a table of statements without its column may stop the reading.
    assert refused_file == "statements.csv"


@contextmanager
def opened(folder: Path) -> Iterator[dict[str, tuple[BinaryIO, str]]]:
    """The open files of an export folder."""
    with ExitStack() as stack:
        yield {
            part: (stack.enter_context(path.open("rb")), path.name)
            for path in sorted(folder.iterdir())
            if (part := part_of(path.name))
        }


CONVERSATIONS = {
    "15-per-hour-seattle": (339, 54, 2872),
    "american-assembly.bowling-green": (2031, 896, 225524),
    "brexit-consensus": (204, 50, 5303),
    "scoop-hivemind.biodiversity": (536, 314, 29719),
    "vtaiwan.uberx": (1921, 197, 49443),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_real_exports_have_their_recorded_counts(shared_data: Path, name: str) -> None:
    with opened(shared_data / "polis" / name) as parts:
        found = read_export(parts)
    assert (*found.votes.shape, found.votes.count) == CONVERSATIONS[name]
    assert not found.refused
    assert not found.sign_reversed


@pytest.mark.parametrize("name", [name for name in CONVERSATIONS if "bowling" not in name])
def test_list_and_table_of_a_real_export_hold_the_same_votes(shared_data: Path, name: str) -> None:
    folder = shared_data / "polis" / name
    with (folder / "votes.csv").open("rb") as one, (folder / "participants-votes.csv").open("rb") as two:
        first, second = read_votes_file(one, name="votes.csv"), read_votes_file(two, name="participants-votes.csv")
    assert np.array_equal(first.votes.indptr, second.votes.indptr)
    assert np.array_equal(first.votes.indices, second.votes.indices)
    assert np.array_equal(first.votes.values, second.votes.values)


def test_sign_of_a_reversed_real_export_is_found(shared_data: Path) -> None:
    folder = shared_data / "polis" / "brexit-consensus"
    rows = list(csv.reader((folder / "votes.csv").read_text("utf-8").splitlines()))
    turned = "\n".join(",".join([*row[:4], str(-int(row[4])) if i else row[4]]) for i, row in enumerate(rows))
    with (folder / "comments.csv").open("rb") as comments:
        found = read_export(
            {"votes": (io.BytesIO(turned.encode()), "votes.csv"), "statements": (comments, "comments.csv")}
        )
    with opened(folder) as parts:
        plain = read_export(parts)
    assert found.sign_reversed
    assert np.array_equal(found.votes.values, plain.votes.values)
