"""A state as bytes and back: what a server keeps between two votes. Same state, same bytes.

A zip of plain arrays (``.npy``) and one JSON document; nothing in it is executed on reading.
It holds participants' names as given: keep it as private as the votes.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mandat.engines.opinion.grouping import Grouping
from mandat.engines.opinion.mapping import Settings, complete, members_of
from mandat.engines.opinion.projection import assemble
from mandat.engines.opinion.stability import Stability
from mandat.engines.opinion.votes import VoteMatrix
from mandat.engines.opinion.warm import Drift, OpinionState
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

FORMAT = 1
_ARRAYS = (
    "indptr",
    "indices",
    "values",
    "excluded",
    "meta",
    "gram",
    "eigenvalues",
    "axes",
    "means",
    "labels",
    "centres",
)
# Zip files carry a time for each part: a fixed one keeps the bytes a function of the state.
_EPOCH = (1980, 1, 1, 0, 0, 0)

#: What zip, json and numpy raise on bytes that are not what they expect.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    OverflowError,
    OSError,
    EOFError,
)


def to_bytes(state: OpinionState) -> bytes:
    """Votes, settings with their seed, Gram matrix, axes, groups and counters."""
    opinions = state.opinions
    votes, projection, grouping = opinions.votes, opinions.projection, opinions.grouping
    arrays: dict[str, npt.NDArray[Any]] = {
        "indptr": votes.indptr,
        "indices": votes.indices,
        "values": votes.values,
        "excluded": votes.excluded,
        "meta": votes.meta,
        "gram": state.gram,
        "eigenvalues": projection.eigenvalues,
        "axes": projection.axes,
        "means": projection.means,
        "labels": grouping.labels,
        "centres": grouping.centres,
    }
    document = {
        "format": FORMAT,
        "settings": asdict(opinions.settings),
        "participants": list(votes.participants),
        "statements": list(votes.statements),
        "silhouettes": sorted(grouping.silhouettes.items()),
        "exact": grouping.exact,
        "fresh": state.fresh,
        "drift": asdict(state.drift) if state.drift else None,
        "stability": asdict(opinions.stability) if opinions.stability else None,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr(zipfile.ZipInfo("state.json", _EPOCH), json.dumps(document), zipfile.ZIP_DEFLATED)
        for name in _ARRAYS:
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            file.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), part.getvalue(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def from_bytes(data: bytes) -> OpinionState:
    """The state that ``to_bytes`` wrote. Raises InputError for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            document = json.loads(file.read("state.json"))
            arrays = {
                name: np.lib.format.read_array(io.BytesIO(file.read(f"{name}.npy")), allow_pickle=False)
                for name in _ARRAYS
            }
        if document["format"] != FORMAT:
            raise ValueError("format")
        settings = Settings(**document["settings"]).check()
        votes = VoteMatrix(
            participants=document["participants"],
            statements=document["statements"],
            **{name: arrays[name] for name in _ARRAYS[:5]},
        )
        n, m = votes.shape
        if (len(votes.participants), len(votes.statements)) != (n, m) or arrays["gram"].shape != (m, m):
            raise ValueError("shape")
        projection = assemble(votes, arrays["means"], arrays["eigenvalues"], arrays["axes"])
        grouping = Grouping(
            arrays["labels"], arrays["centres"], {int(k): s for k, s in document["silhouettes"]}, document["exact"]
        )
        opinions = complete(votes, settings, projection, members_of(votes, settings), grouping, stability=False)
        kept = document["stability"]
        if kept:
            stability = Stability(**(kept | {"groups": tuple(kept["groups"])}))
            opinions = replace(opinions, stability=stability)
        drift = Drift(**document["drift"]) if document["drift"] else None
        return OpinionState(opinions, arrays["gram"], document["fresh"], drift)
    except _DAMAGE as error:
        raise InputError(
            Text(
                "cet état enregistré est abîmé ou d’un autre format", "this saved state is damaged or of another format"
            )
        ) from error
