"""The sample of the synthetic population that reforms are tried on: made once a year and a territory, by a background task.

One household in ``ONE_IN`` of the whole synthetic population, taken at regular steps through the communes, so that
each figure counts ``ONE_IN`` times. Nobody in it exists.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.utils import timezone

from mandat.apps.programme.published import published
from mandat.apps.territory import selectors as territory
from mandat.engines import population as engine
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

ONE_IN, SEED = 10, 1
PERSONS, HOUSEHOLDS = "personnes.parquet", "menages.parquet"


@dataclass(frozen=True, slots=True)
class Sample:
    """The two files of a sample, and how many persons it holds (each stands for ``ONE_IN``)."""

    persons: Path
    households: Path
    people: int
    reference_day: dt.date


def root() -> Path:
    return Path(settings.VAR) / "population"


def _home() -> tuple[Path, dt.date]:
    """The folder of the sample of this territory and year, and the day its ages hold on."""
    day = dt.date(timezone.localdate().year, 1, 1)
    region = published().programme.region
    return root() / f"{region}-{territory.fingerprint() or 'vide'}-{day.year}-{SEED}-{ONE_IN}", day


def sample() -> Sample | None:
    """The sample where it is ready, or the latest made for this region; None where there is none yet."""
    home, day = _home()
    if not home.is_dir():
        older = sorted(
            root().glob(f"{home.name.split('-')[0]}-*-{SEED}-{ONE_IN}"), key=lambda path: path.stat().st_mtime
        )
        if not older:
            return None
        home = older[-1]
        day = dt.date(int(home.name.split("-")[-3]), 1, 1)
    persons = home / PERSONS
    return Sample(persons, home / HOUSEHOLDS, pq.read_metadata(persons).num_rows, day)


def prepare() -> Sample:
    """Make the sample unless it is there; a second caller waits for the first. Raises InputError without inhabited communes."""
    home, day = _home()
    root().mkdir(parents=True, exist_ok=True)
    with (root() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            _make(home, day)
    made = sample()
    assert made is not None
    return made


def _make(home: Path, day: dt.date) -> None:
    region = published().programme.region
    communes = [
        engine.Commune(code, place.departement, place.population)
        for code, place in sorted(territory.reference().places.items())
        if place.region == region and place.population
    ]
    if not communes:
        raise InputError(Text("aucune commune peuplée n'est chargée", "no inhabited commune is loaded"))
    beside = Path(tempfile.mkdtemp(dir=root(), prefix=".sample-"))
    try:
        parts = engine.generate(communes, margins=engine.shipped_margins(), seed=SEED, reference_day=day)
        _write(parts, beside)
        beside.replace(home)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    for old in root().glob(f"{region}-*"):
        if old != home:
            shutil.rmtree(old, ignore_errors=True)


def _write(parts: Iterator[engine.Part], folder: Path) -> None:
    """One row group a département; a household is kept whole or not at all."""
    writers: dict[str, pq.ParquetWriter] = {}
    try:
        for part in parts:
            for name, table in ((PERSONS, part.persons), (HOUSEHOLDS, part.households)):
                kept = _one_in(table)
                plain = kept.cast(pa.schema([_plain(field) for field in kept.schema], metadata=kept.schema.metadata))
                if name not in writers:
                    writers[name] = pq.ParquetWriter(
                        folder / name, plain.schema, compression="zstd", store_decimal_as_integer=True
                    )
                writers[name].write_table(plain)
    finally:
        for writer in writers.values():
            writer.close()


def _one_in(table: pa.Table) -> pa.Table:
    """The rows of every ``ONE_IN``-th household."""
    numbers = table["menage"].cast(pa.int64())
    tens = pc.multiply(pc.divide(numbers, ONE_IN), ONE_IN)
    return table.filter(pc.equal(numbers, tens))


def _plain(field: pa.Field) -> pa.Field:
    """Départements have their own dictionaries of communes: in one file these are plain texts."""
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
