"""Schema of an import mapping: which lines of an open-data file serve which measures and commitments."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from mandat.apps.programme.schema import BilingualText, BilingualTitle, CommitmentCode, Slug
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Strict
from mandat.engines.opendata import Format
from mandat.engines.opendata.values import is_company
from mandat.kernel.text import Text


def _siret(number: str) -> str:
    if len(number) not in (9, 14) or not number.isdigit() or not is_company(number):
        raise SchemaError(Text(f"SIRET ou SIREN faux : {number}", f"wrong SIRET or SIREN: {number}"))
    return number


Siret = Annotated[str, AfterValidator(_siret)]
Phrase = Annotated[str, Field(min_length=2, max_length=120)]
Prefix = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z.\-]+$")]


class Rule(Strict):
    """Lines that fit every condition given serve these measures and commitments.

    ``words``: one of these phrases is in the line's purpose (all its words, whatever their accents, plural and order);
    ``beneficiaries``, ``schemes``: one of these phrases is in the beneficiary's name, in the aid scheme or topic;
    ``accounts``, ``functions``, ``cpv``: the code begins so. ``unless``: phrases that keep the line out.
    """

    words: tuple[Phrase, ...] = ()
    beneficiaries: tuple[Phrase, ...] = ()
    schemes: tuple[Phrase, ...] = ()
    accounts: tuple[Prefix, ...] = ()
    functions: tuple[Prefix, ...] = ()
    cpv: tuple[Prefix, ...] = ()
    unless: tuple[Phrase, ...] = ()
    measures: tuple[Annotated[int, Field(ge=1, le=9999)], ...] = Field(min_length=1)
    commitments: tuple[CommitmentCode, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Rule:
        if not any((self.words, self.beneficiaries, self.schemes, self.accounts, self.functions, self.cpv)):
            raise SchemaError(Text("une règle a au moins une condition", "a rule has at least one condition"))
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                raise SchemaError(
                    Text(
                        f"l'engagement {code} n'est pas d'une mesure de la règle",
                        f"commitment {code} is not of a measure of the rule",
                    )
                )
        return self


class ImportMapping(Strict):
    """How the lines of one kind of file become facts.

    ``publishers``: only lines of these authorities are accepted (all where empty); ``area``: where lines that name no
    place are counted; ``body``: the body whose decisions these are; ``split``: a share under 100 % is applied to the line's
    amount, as SCDL says it must be. Every rule that fits a line counts; a line that none fits is a fact bound to no measure.
    """

    code: Slug
    title: BilingualTitle
    text: BilingualText
    format: Format
    publishers: tuple[Siret, ...] = ()
    area: str = Field(default="", pattern=r"^$|^(?:region|departement|commune|epci|bassin):[0-9A-Z]{2,9}$")
    body: Slug | None = None
    split: bool = True
    rules: tuple[Rule, ...] = ()


register(Kind("import-mapping", Text("correspondance d'import", "import mapping"), ImportMapping))
