"""What indicators of coverage divide by: the weights of communes in the programme's region."""

from __future__ import annotations

from functools import lru_cache

from mandat.apps.programme.published import published
from mandat.apps.territory import selectors
from mandat.engines.indicators.value import Geography


def geography(over: str) -> Geography | None:
    """Weights by ``population``, ``surface`` or ``communes``; None where the indicator covers nothing."""
    if not over:
        return None
    return _geography(over, published().programme.region, selectors.reference().stamp)


@lru_cache(maxsize=8)
def _geography(over: str, region: str, stamp: object) -> Geography:
    weights = lru_cache(maxsize=4096)(lambda area: selectors.area_weights(over, area))
    return Geography(weights, sum(weights(f"region:{region}").values()))
