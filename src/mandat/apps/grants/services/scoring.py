"""Points by criterion, from each scorer, and what they come to out of 100: exact until shown.

A scorer's total is the sum of points times weights over the most it can be; a case's is the mean of its scorers' totals. Both are
fractions; ``Case.points`` keeps the mean rounded half to even to two decimals, and rankings compare the exact value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Duty, Score
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.deciding import Scoring
from mandat.apps.grants.services.moving import fact, held, terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: A case is scored while it is examined: neither before it is complete nor once a proposal is made.
SCORED_IN = (State.COMPLETE, State.OPINIONS)
LONGEST = 5_000


def total(grid: Scoring, points: Mapping[str, int]) -> Fraction:
    """Points out of 100 of one scorer. Raises KeyError where a criterion lacks."""
    most = sum(one.most * one.weight for one in grid.criteria)
    return Fraction(100 * sum(points[one.code] * one.weight for one in grid.criteria), most)


def mean(grid: Scoring, scores: Iterable[Mapping[str, int]]) -> Fraction | None:
    """Points out of 100 of a case; None where nobody scored it."""
    totals = [total(grid, points) for points in scores]
    return sum(totals, Fraction()) / len(totals) if totals else None


def rounded(points: Fraction) -> Decimal:
    """To two decimals, half to even, from the exact value."""
    nearest = round(points, 2)
    return (Decimal(nearest.numerator) / Decimal(nearest.denominator)).quantize(Decimal("0.01"))


def may_score(where: access.Standing, scheme: Scheme) -> bool:
    """Whether someone standing so scores cases of a scheme: where the grid is blind, not those who know who applies."""
    if scheme.scoring is None or not access.allows(where, "score"):
        return False
    return not (scheme.scoring.blind and (where.duties - {Duty.EXPERT} or where.overview))


@transaction.atomic
def score_give(*, actor: User, case: Case, points: Mapping[str, int], comment: str = "") -> Score:
    """Fill the grid, or fill it again while the case is examined. Every criterion takes a whole number from 0 to its most."""
    case = held(case)
    terms = terms_of(case)
    where = access.require(actor, case, "score")
    grid = terms.document.scoring
    if grid is None:
        raise InputError(Text("ce dispositif n'a pas de grille", "this scheme has no grid"))
    if not may_score(where, terms.document):
        raise PermissionDenied("grants.score")
    if case.state not in SCORED_IN:
        raise InputError(Text("ce dossier ne se note pas maintenant", "this case is not scored now"))
    comment = comment.strip()
    if len(comment) > LONGEST:
        raise InputError(Text("commentaire trop long (5 000 caractères)", "comment too long (5,000 characters)"))
    score, _new = Score.objects.update_or_create(
        case=case,
        scorer=actor,
        defaults={"points": checked(grid, points), "comment": comment, "given_at": timezone.now()},
    )
    found = mean(grid, case.scores.order_by("pk").values_list("points", flat=True))
    case.points = rounded(found) if found is not None else None
    case.save(update_fields=["points"])
    fact("grants.scored.v1", case, terms, scheme=case.scheme, title=terms.document.title.fr, call=case.call)
    return score


def checked(grid: Scoring, points: Mapping[str, int]) -> dict[str, int]:
    """The points of every criterion, in the order of the grid. Raises InputError."""
    known = {one.code for one in grid.criteria}
    if unknown := sorted(points.keys() - known):
        raise InputError(Text(f"critère inconnu : {unknown[0]}", f"unknown criterion: {unknown[0]}"))
    found: dict[str, int] = {}
    for one in grid.criteria:
        given = points.get(one.code)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= one.most:
            label = one.label
            raise InputError(Text(f"{label.fr} : de 0 à {one.most} points", f"{label.en}: from 0 to {one.most} points"))
        found[one.code] = given
    return found


def exact(case: Case, scheme: Scheme) -> Fraction | None:
    """The exact points of a case out of 100."""
    if scheme.scoring is None:
        return None
    return mean(scheme.scoring, case.scores.order_by("pk").values_list("points", flat=True))


def below(case: Case, scheme: Scheme) -> bool:
    """Whether enough scorers scored and the case is under the threshold: it is then proposed for refusal."""
    grid = scheme.scoring
    if grid is None or grid.threshold is None:
        return False
    scores = list(case.scores.order_by("pk").values_list("points", flat=True))
    found = mean(grid, scores)
    return found is not None and len(scores) >= grid.scorers and found < grid.threshold
