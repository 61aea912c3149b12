"""Conditionalities: what a beneficiary undertakes, how it is shown, and what a breach leads to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mandat.apps.grants.schema.parts import ApplicantKind, Euros, Percent, Stage
from mandat.apps.programme.schema import BilingualText, BilingualTitle, CommitmentCode, MeasureNumber, Reference, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text


class Scope(Strict):
    """Where a condition applies by itself, besides the schemes that name it.

    ``every_scheme`` of the programme, or ``types`` of schemes; narrowed to ``applicants``, to awards above ``above`` euros,
    and to projects of ``works`` (buildings). All that is given must hold.
    """

    every_scheme: bool = False
    types: tuple[str, ...] = ()
    applicants: tuple[ApplicantKind, ...] = ()
    above: Euros | None = None
    works: bool = False


class Proof(Strict):
    """How it is shown that the condition is met.

    ``declared`` by the applicant; by ``document`` (``label`` says which); by a ``register`` an agent looks up; ``computed`` by the
    scheme's rule, whose formula ``formula`` names. ``stage`` is the latest moment; ``renewed_months`` asks for it again.
    """

    by: Literal["declared", "document", "register", "computed"]
    label: BilingualTitle
    stage: Stage = "application"
    formula: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    renewed_months: int | None = Field(default=None, ge=1, le=120)

    @model_validator(mode="after")
    def _coherent(self) -> Proof:
        if (self.by == "computed") != (self.formula is not None):
            raise SchemaError(Text("« by: computed » va avec « formula »", "“by: computed” goes with “formula”"))
        return self


class Breach(Strict):
    """What follows a breach, after a fair procedure.

    Payments are suspended while it is examined. The beneficiary has ``answer_days`` to answer, then ``remedy_days`` to put things
    right; what is not remedied is recovered ``pro-rata`` of the time or share not met, ``whole``, or not (``none``).
    """

    answer_days: int = Field(default=15, ge=8, le=120)
    remedy_days: int = Field(default=60, ge=0, le=720)
    recovers: Literal["none", "pro-rata", "whole"] = "pro-rata"
    excludes_months: int = Field(default=0, ge=0, le=120)


class ShareForArt(Strict):
    """A share of the cost of works kept for an artwork (the « 1 % artistique »), never above ``most`` euros."""

    percent: Percent
    most: Euros | None = None


class Condition(Strict):
    """A conditionality, written once and applied by every scheme in its scope."""

    code: Slug
    title: BilingualTitle
    summary: BilingualText
    undertaking: BilingualText
    measures: tuple[MeasureNumber, ...] = ()
    commitments: tuple[CommitmentCode, ...] = ()
    references: tuple[Reference, ...] = ()
    scope: Scope = Scope()
    proofs: tuple[Proof, ...] = Field(min_length=1, max_length=10)
    art: ShareForArt | None = None
    breach: Breach = Breach()
    blocking: bool = True
    assumptions: tuple[BilingualText, ...] = ()
