"""Places made vague: a point becomes the middle of its square, always the same, so that many sightings of one place tell no more than one.

Squares are laid on latitudes and longitudes from a fixed origin, and are as wide as ``side_km`` at their own latitude.
"""

from __future__ import annotations

import math

#: Length of a degree of latitude, in kilometres (mean radius of the Earth, 6,371.0088 km).
DEGREE_KM = 111.19508


def blurred(latitude: float, longitude: float, side_km: int) -> tuple[float, float, int]:
    """The middle of the square, and the metres within which the point lies: half the diagonal. ``side_km`` 0 keeps the point to 10 m.

    Raises ValueError for what is no place on Earth.
    """
    if not (-85.0 <= latitude <= 85.0 and -180.0 <= longitude <= 180.0):
        raise ValueError("no such place")
    if side_km == 0:
        return round(latitude, 4), round(longitude, 4), 10
    high = side_km / DEGREE_KM
    middle = (math.floor(latitude / high) + 0.5) * high
    wide = high / math.cos(math.radians(middle))
    across = (math.floor(longitude / wide) + 0.5) * wide
    return round(middle, 5), round(across, 5), math.ceil(side_km * 1000 / math.sqrt(2)) + 1
