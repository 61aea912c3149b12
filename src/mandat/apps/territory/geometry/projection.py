"""Lambert-93 for drawing, an equal-area projection for surfaces.

Both take geographic coordinates in degrees (RGF93, which WGS 84 equals to within a
metre) on the GRS 80 ellipsoid and give metres. Formulas: Snyder, "Map Projections, a
Working Manual", USGS 1395, §10 (cylindrical equal area) and §15 (Lambert conformal conic).
Overseas regions lie outside Lambert-93: ``projection_for`` gives them a local
equirectangular projection, conformal enough at their size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Point = tuple[float, float]
Project = Callable[[float, float], Point]

SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257222101
_E2 = FLATTENING * (2 - FLATTENING)
_E = math.sqrt(_E2)


def _isometric(latitude: float) -> float:
    s = _E * math.sin(latitude)
    return float(math.tan(math.pi / 4 + latitude / 2) * ((1 - s) / (1 + s)) ** (_E / 2))


def _cone() -> tuple[float, float, float]:
    parallels = (math.radians(44), math.radians(49))
    origin = math.radians(46.5)
    m = [math.cos(p) / math.sqrt(1 - _E2 * math.sin(p) ** 2) for p in parallels]
    t = [1 / _isometric(p) for p in parallels]
    n = math.log(m[0] / m[1]) / math.log(t[0] / t[1])
    f = m[0] / (n * t[0] ** n)
    return n, f, SEMI_MAJOR * f * (1 / _isometric(origin)) ** n


_N, _F, _RHO0 = _cone()
_LON0 = math.radians(3)


def lambert93(longitude: float, latitude: float) -> Point:
    """East and north of Lambert-93 (EPSG:2154), in metres, from degrees."""
    rho = SEMI_MAJOR * _F * (1 / _isometric(math.radians(latitude))) ** _N
    theta = _N * (math.radians(longitude) - _LON0)
    return 700_000 + rho * math.sin(theta), 6_600_000 + _RHO0 - rho * math.cos(theta)


def _authalic(latitude: float) -> float:
    s = math.sin(latitude)
    return (1 - _E2) * (s / (1 - _E2 * s * s) - math.log((1 - _E * s) / (1 + _E * s)) / (2 * _E))


def equal_area(longitude: float, latitude: float) -> Point:
    """Cylindrical equal-area coordinates: surfaces are exact, shapes are not."""
    return SEMI_MAJOR * math.radians(longitude), SEMI_MAJOR * _authalic(math.radians(latitude)) / 2


def projection_for(box: Sequence[float]) -> tuple[str, Project]:
    """The name of a projection fit for ``(west, south, east, north)`` in degrees, and the function.

    Lambert-93 for metropolitan France; elsewhere degrees scaled at the middle latitude.
    """
    west, south, east, north = box
    if west >= -7 and east <= 11 and south >= 40 and north <= 52:
        return "Lambert-93 (EPSG:2154)", lambert93
    middle = math.radians((south + north) / 2)
    along = SEMI_MAJOR * math.cos(middle) / math.sqrt(1 - _E2 * math.sin(middle) ** 2)
    across = SEMI_MAJOR * (1 - _E2) / (1 - _E2 * math.sin(middle) ** 2) ** 1.5

    def local(longitude: float, latitude: float) -> Point:
        return along * math.radians(longitude), across * math.radians(latitude)

    return f"equirectangular at {math.degrees(middle):.2f}°", local


def ring_area(ring: Sequence[Point]) -> float:
    """Signed area of a closed ring given without its repeated last point; positive counter-clockwise."""
    x0, y0 = ring[0]
    total = 0.0
    ax, ay = ring[-1][0] - x0, ring[-1][1] - y0
    for x, y in ring:
        bx, by = x - x0, y - y0
        total += ax * by - bx * ay
        ax, ay = bx, by
    return total / 2
