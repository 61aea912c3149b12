"""Components that decide or call to decide: budgets, petitions, referendums, votes, panels."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.ballots.schema import BallotRules
from mandat.apps.participation.schema.parts import Age, Area, Choice, Component, Percent
from mandat.apps.programme.schema import BilingualText, BilingualTitle, Reference, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.counting.count import BUDGET_RULES
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text

Euros = Annotated[Number, Field(gt=0, le=Decimal(10) ** 12, decimal_places=2)]


class BudgetPart(Strict):
    """A part of the money kept for an area, a category or an establishment; its projects are counted by themselves."""

    code: Slug
    title: BilingualTitle
    amount: Euros
    area: Area | None = None


class Budget(Component):
    """A participatory budget: proposals of ``ideas`` are studied and priced by agents, voted, counted, delivered.

    ``parts`` share the amount (empty: one vote over all of it). ``envelope`` is the budget line it draws on. A project costs from ``least`` to ``most``.
    ``refusals`` are the grounds on which an idea is refused, known beforehand; ``criteria`` what a study says of each project.
    Ideas are proposed in the phases of ``ideas``, studied in ``<code>:study``, voted in ``<code>:vote``, carried out in ``<code>:delivery``.
    """

    type: Literal["budget"]
    ideas: Slug
    amount: Euros
    envelope: Slug | None = None
    part_kind: Literal["area", "lycee", "category"] = "area"
    parts: tuple[BudgetPart, ...] = Field(default=(), max_length=500)
    least: Euros | None = None
    most: Euros | None = None
    study_days: int = Field(default=60, ge=1, le=365)
    criteria: tuple[Choice, ...] = Field(default=(), max_length=20)
    refusals: tuple[Choice, ...] = Field(default=(), max_length=20)
    ballot: BallotRules
    answer: AnswerDuty | None = None
    delivery_months: int = Field(default=24, ge=1, le=120)

    @model_validator(mode="after")
    def _counted(self) -> Budget:
        if self.ballot.type not in ("knapsack", "approval", "cumulative", "ranking") or (
            self.ballot.counting.rule not in BUDGET_RULES
        ):
            raise SchemaError(
                Text("un budget se dépouille par une règle de budget", "a budget is counted by a budget rule")
            )
        codes = [part.code for part in self.parts]
        if len(set(codes)) < len(codes):
            raise SchemaError(Text("une part du budget est donnée deux fois", "a part of the budget is given twice"))
        if self.parts and sum(part.amount for part in self.parts) != self.amount:
            raise SchemaError(
                Text("les parts du budget ne font pas son montant", "the parts of the budget do not add up to it")
            )
        if self.least is not None and self.most is not None and self.most < self.least:
            raise SchemaError(Text("« most » est sous « least »", "“most” is under “least”"))
        return self

    def part(self, code: str) -> BudgetPart | None:
        return next((one for one in self.parts if one.code == code), None)

    def share(self, code: str) -> Decimal:
        """The money of a part, or all of it where there are none."""
        part = self.part(code)
        return self.amount if part is None else part.amount


Consequence = Literal["reply", "hearing", "agenda", "counter-expertise", "referendum"]


class Threshold(Strict):
    """At ``signatures`` (or ``percent`` of the electors on the roll), by people of ``least_age`` or more, what follows, by whom and when.

    ``departments``: how many départements must each bring ``each`` signatures, so that a demand is the whole region's.
    """

    code: Slug
    signatures: int | None = Field(default=None, ge=1)
    percent: Percent | None = None
    departments: int = Field(default=0, ge=0, le=20)
    each: int = Field(default=0, ge=0)
    consequence: Consequence
    answer: AnswerDuty
    text: BilingualText

    @model_validator(mode="after")
    def _one_measure(self) -> Threshold:
        if (self.signatures is None) == (self.percent is None):
            raise SchemaError(
                Text("un seuil est en « signatures » ou en « percent »", "a threshold is in “signatures” or “percent”")
            )
        if bool(self.departments) != bool(self.each):
            raise SchemaError(Text("« departments » va avec « each »", "“departments” goes with “each”"))
        return self

    def needed(self, electors: int | None) -> int:
        """How many signatures it takes; a share of the electors is rounded up: half a person is a person more."""
        if self.signatures is not None:
            return self.signatures
        assert self.percent is not None
        assert electors is not None  # the component was checked
        return int((self.percent * electors / 100).to_integral_value(ROUND_CEILING))


#: What electors may ask for by the law: that a consultation be put on the agenda (I), or that the assembly pronounce itself (II).
Request = Literal["consultation", "deliberation"]


class Petitions(Component):
    """The right to petition: ``house``, with the Region's own thresholds; ``law``: CGCT L1112-16, electors only, one request a quarter each.

    ``sponsors`` must back a petition before it is examined, within ``sponsor_days``; ``moderation_days`` bound the examination and
    ``appeal_days`` the time to contest a refusal; signatures are taken for ``open_days``. ``electors`` is the number on the electoral rolls,
    which percents are of, with where it comes from. ``authority`` (the process's area where not given) is whom a request of the law is put to.
    ``scheme`` pays counter-expertise. ``cell_least``: signatures of a place or an age are told from so many on.
    """

    type: Literal["petitions"]
    basis: Literal["house", "law"]
    reference: Reference | None = None
    requests: tuple[Request, ...] = ()
    authority: Area | None = None
    electors: int | None = Field(default=None, ge=1)
    electors_source: Reference | None = None
    sponsors: int = Field(default=5, ge=0, le=100)
    sponsor_days: int = Field(default=60, ge=1, le=365)
    moderation_days: int = Field(default=7, ge=1, le=60)
    appeal_days: int = Field(default=30, ge=1, le=365)
    open_days: int = Field(default=180, ge=1, le=730)
    least_age: Age = 16
    most: int = Field(default=3, ge=1, le=50)
    longest: int = Field(default=5000, ge=500, le=20_000)
    cell_least: int = Field(default=5, ge=5, le=1000)
    thresholds: tuple[Threshold, ...] = Field(min_length=1, max_length=10)
    refusals: tuple[Choice, ...] = Field(min_length=1, max_length=30)
    scheme: Slug | None = None
    referendum: ReferendumTerms | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Petitions:
        percents = any(one.percent is not None for one in self.thresholds)
        for wrong, fr, en in (
            (percents and self.electors is None, "un seuil en « percent » veut « electors »", "“percent” needs “electors”"),
            (
                (self.electors is None) != (self.electors_source is None),
                "« electors » va avec « electors_source »",
                "“electors” goes with “electors_source”",
            ),
            (self.basis == "law" and self.reference is None, "la loi veut sa « reference »", "the law needs its “reference”"),
            (self.basis == "law" and self.least_age < 18, "on est électeur à 18 ans", "one is an elector at 18"),
            (
                (self.basis == "law") != bool(self.requests),
                "« requests » va avec la loi, et avec elle seule",
                "“requests” goes with the law, and with it alone",
            ),
            (
                any(one.consequence == "referendum" for one in self.thresholds) != (self.referendum is not None),
                "un seuil de référendum va avec « referendum »",
                "a threshold of referendum goes with “referendum”",
            ),
            (
                any(one.consequence == "counter-expertise" for one in self.thresholds) and self.scheme is None,
                "la contre-expertise veut son dispositif (« scheme »)",
                "counter-expertise needs its “scheme”",
            ),
            (len({one.code for one in self.refusals}) < len(self.refusals), "motif en double", "a reason is given twice"),
            (len({one.code for one in self.thresholds}) < len(self.thresholds), "seuil en double", "a threshold is given twice"),
        ):  # fmt: skip
            if wrong:
                raise SchemaError(Text(fr, en))
        needed = [one.needed(self.electors) for one in self.thresholds]
        if needed != sorted(needed):
            raise SchemaError(Text("les seuils vont du plus bas au plus haut", "thresholds go from the lowest up"))
        return self

    def refusal(self, code: str) -> Choice | None:
        return next((one for one in self.refusals if one.code == code), None)

    def threshold(self, code: str) -> Threshold | None:
        return next((one for one in self.thresholds if one.code == code), None)


class ReferendumTerms(Strict):
    """How a validated petition becomes a vote: ``checked_by`` says whether the question is neutral; a campaign with as much space for each side; a vote.

    ``space`` is characters, and ``documents`` files, for each side.
    """

    checked_by: Slug
    check_days: int = Field(default=30, ge=1, le=180)
    campaign_days: int = Field(default=30, ge=1, le=180)
    vote_days: int = Field(default=14, ge=1, le=60)
    space: int = Field(default=3000, ge=500, le=20_000)
    documents: int = Field(default=2, ge=0, le=10)
    ballot: BallotRules
    binding: BilingualText
    answer: AnswerDuty

    @model_validator(mode="after")
    def _yes_or_no(self) -> ReferendumTerms:
        if self.ballot.type != "yes-no":
            raise SchemaError(Text("un référendum se vote par oui ou non", "a referendum is voted by yes or no"))
        return self


class Vote(Component):
    """A vote on options known beforehand, or on the proposals of ``options_from`` that were kept for it."""

    type: Literal["vote"]
    question: BilingualText
    options: tuple[Choice, ...] = Field(default=(), max_length=500)
    options_from: Slug | None = None
    ballot: BallotRules
    answer: AnswerDuty | None = None


class Referendum(Component):
    """A question put to the electors by the Region itself, with a campaign of equal space."""

    type: Literal["referendum"]
    question: BilingualText
    terms: ReferendumTerms


class Quota(Strict):
    """A value of a feature and how many members may have it, ``least`` to ``most``; ``share`` is that of the population, in percent."""

    value: Slug
    label: BilingualTitle
    least: int = Field(ge=0)
    most: int = Field(ge=0)
    share: Percent | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Quota:
        if self.most < self.least:
            raise SchemaError(
                Text(f"{self.value} : « most » est sous « least »", f"{self.value}: “most” is under “least”")
            )
        return self


class Feature(Strict):
    """What a panel must reflect. ``source`` says where the shares of the population come from."""

    code: Slug
    label: BilingualTitle
    values: tuple[Quota, ...] = Field(min_length=2, max_length=40)
    source: BilingualTitle | None = None


class Stratum(Strict):
    """Addresses alike that letters are drawn from: how many there are, the ``share`` of seats they should fill, the answers expected (percent)."""

    code: Slug
    label: BilingualTitle
    addresses: int = Field(ge=1)
    share: Percent
    rate: Percent


class Panel(Component):
    """A panel drawn by lot: volunteers of those invited (``invitations`` drawn from ``pool``), then ``size`` members by ``objective`` of ``engines.sortition``.

    ``day_allowance``: euros a day; ``question``: what the panel is asked; ``replacements``: drawn again, with what is missing.
    ``strata``: where letters go; without them anyone who may take part volunteers. Volunteers answer in the phases of ``<code>:volunteer``.
    What volunteers who were not drawn said is forgotten ``forget_months`` after the last draw.
    """

    type: Literal["panel"]
    question: BilingualText
    size: int = Field(ge=5, le=500)
    replacements: int = Field(default=0, ge=0, le=200)
    pool: BilingualText
    invitations: int | None = Field(default=None, ge=10)
    strata: tuple[Stratum, ...] = Field(default=(), max_length=100)
    features: tuple[Feature, ...] = Field(min_length=1, max_length=12)
    objective: Literal["leximin", "maximin", "nash"] = "leximin"
    sessions: int = Field(default=3, ge=1, le=60)
    day_allowance: Euros | None = None
    envelope: Slug | None = None
    care: BilingualText | None = None
    forget_months: int = Field(default=6, ge=1, le=36)
    answer: AnswerDuty

    @model_validator(mode="after")
    def _fits(self) -> Panel:
        if (self.invitations is not None) != bool(self.strata):
            raise SchemaError(Text("« invitations » va avec « strata »", "“invitations” goes with “strata”"))
        for feature in self.features:
            codes = [quota.value for quota in feature.values]
            if len(set(codes)) < len(codes):
                raise SchemaError(Text(f"{feature.code} : valeur en double", f"{feature.code}: a value is given twice"))
            low, high = sum(q.least for q in feature.values), sum(q.most for q in feature.values)
            if not low <= self.size <= high:
                raise SchemaError(
                    Text(
                        f"{feature.code} : les quotas vont de {low} à {high}, le panel compte {self.size} places",
                        f"{feature.code}: quotas go from {low} to {high}, the panel has {self.size} seats",
                    )
                )
        return self


Petitions.model_rebuild()
