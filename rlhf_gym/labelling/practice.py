"""Three practice pairs with known answers and what they teach; they are never stored."""

from __future__ import annotations

from rlhf_gym.labelling.state import Choice, Pair

__all__ = ["FPS", "PAIRS", "SIZE"]

FPS = 25.0
"""Frames per second of the practice clips."""
FRAMES = 40
"""Frames of a practice clip that does not end early."""

SIZE = (600, 400)
"""Width and height of a practice clip in pixels."""

PAIRS = (
    Pair(
        query=-1,
        frames=(FRAMES, 22),
        fps=FPS,
        size=SIZE,
        ended=(None, "fell"),
        ended_at=(None, 21),
        purpose="practice",
        expected=Choice.LEFT,
        goal="Practice: keep the pole upright.",
        lesson="On the left the pole stays upright. On the right it falls and the episode ends.",
    ),
    Pair(
        query=-2,
        frames=(FRAMES, FRAMES),
        fps=FPS,
        size=SIZE,
        purpose="practice",
        expected=Choice.RIGHT,
        goal="Practice: bring the ball to the green ring.",
        lesson="On the right the ball goes to the green ring. On the left it wanders off.",
    ),
    Pair(
        query=-3,
        frames=(FRAMES, FRAMES),
        fps=FPS,
        size=SIZE,
        purpose="practice",
        expected=Choice.TIE,
        goal="Practice: swing as far as you can.",
        lesson="Both swing just as far. A tie is an answer too, and the agent learns from it; "
        "“can't tell” is for pairs that you cannot judge.",
    ),
)
