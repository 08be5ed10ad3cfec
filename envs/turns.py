"""How far something has turned, in whichever direction."""

from __future__ import annotations

from math import tau

__all__ = ["further_round"]


def further_round(turned: float, angle: float) -> float:
    """Return by how many turns a rotation by ``angle`` moves a body away from where it began.

    Args:
        turned: its angle from the start before the rotation, rad; of either sign.
        angle: the rotation, rad.

    Returns:
        Turns; negative if it comes back.

    >>> further_round(0.0, -tau), further_round(-tau, tau / 2)
    (1.0, -0.5)
    """
    return (abs(turned + angle) - abs(turned)) / tau
