"""How far something has gone round, in whichever direction it goes."""

from __future__ import annotations

from math import tau

__all__ = ["further_round"]


def further_round(turned: float, angle: float) -> float:
    """By how many turns something is further from where it began, having turned by ``angle`` more.

    Args:
        turned: how far it was, rad; negative the other way round.
        angle: by how much it turned since, rad.

    Returns:
        Turns; negative where it came back.

    >>> further_round(0.0, -tau), further_round(-tau, tau / 2)
    (1.0, -0.5)
    """
    return (abs(turned + angle) - abs(turned)) / tau
