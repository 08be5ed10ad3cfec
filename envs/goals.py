"""What a person is asked to look for, for the environments that people use most."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GENERAL_GOAL", "GOALS", "Goal"]


@dataclass(frozen=True)
class Goal:
    """The instruction above the two clips.

    Attributes:
        text: the goal in one sentence.
        tie_breaker: what decides between two clips that reach (or miss) the goal alike.
    """

    text: str
    tie_breaker: str


GENERAL_GOAL = Goal(
    "Prefer the clip that shows more of the behaviour that you want.",
    "If both are alike, prefer the one that looks more likely to end well.",
)

_UPRIGHT = "Keep the pole upright and the cart near the middle."
_RUN = "Move forward (to the right) as fast as possible without falling."
_RUN_TIE = "If both are as fast, prefer the steadier and smoother one."
_LAND = Goal(
    "Land softly and upright between the two flags.",
    "If neither lands, prefer the one that is slower, more upright and nearer to the flags.",
)

GOALS: dict[str, Goal] = {
    "CartPole": Goal(_UPRIGHT, "If both stay up, prefer the one that moves less."),
    "Pendulum": Goal(
        "Swing the pendulum up and hold it still, pointing upwards.",
        "If neither is up, prefer the one that swings higher.",
    ),
    "MountainCar": Goal(
        "Drive the car up to the flag on the right hill.",
        "If neither arrives, prefer the one that climbs higher or gains more speed.",
    ),
    "MountainCarContinuous": Goal(
        "Drive the car up to the flag on the right hill with little force.",
        "If neither arrives, prefer the one that climbs higher or gains more speed.",
    ),
    "Acrobot": Goal(
        "Swing the lower end of the two links above the line.",
        "If neither reaches it, prefer the one that swings higher.",
    ),
    "LunarLander": _LAND,
    "LunarLanderContinuous": _LAND,
    "BipedalWalker": Goal(_RUN, _RUN_TIE),
    "Ant": Goal(_RUN, _RUN_TIE),
    "HalfCheetah": Goal("Run forward (to the right) as fast as possible.", _RUN_TIE),
    "Hopper": Goal("Hop forward (to the right) as fast as possible without falling.", _RUN_TIE),
    "Humanoid": Goal(_RUN, _RUN_TIE),
    "HumanoidStandup": Goal("Stand up.", "If neither stands, prefer the higher head."),
    "InvertedPendulum": Goal(_UPRIGHT, "If both stay up, prefer the one that moves less."),
    "InvertedDoublePendulum": Goal(
        "Keep both poles upright and the cart near the middle.",
        "If both stay up, prefer the one that moves less.",
    ),
    "Pusher": Goal(
        "Push the cylinder to the goal.", "If neither arrives, prefer the nearer cylinder."
    ),
    "Reacher": Goal(
        "Bring the fingertip to the target and hold it there.",
        "If neither arrives, prefer the nearer fingertip.",
    ),
    "Swimmer": Goal("Swim forward (to the right) as fast as possible.", _RUN_TIE),
    "BeamRider": Goal(
        "Shoot as many ships as you can, and let none hit yours.",
        "If neither hits a ship, prefer the one that is in less danger.",
    ),
    "Breakout": Goal(
        "Break as many bricks as you can, and do not let the ball fall.",
        "If both are alike, prefer the paddle that is nearer to where the ball comes down.",
    ),
    "Enduro": Goal(
        "Overtake as many cars as you can, and touch none.",
        "If neither overtakes a car, prefer the faster one.",
    ),
    "Hero": Goal(
        "Get down to the trapped miner: blast the walls, shoot the creatures, and do not die.",
        "If both are alike, prefer the one that is deeper down.",
    ),
    "MontezumaRevenge": Goal(
        "Fetch the key, open doors and collect jewels, and do not die.",
        "If neither gets anything, prefer the one that is nearer to the key or a door.",
    ),
    "Pong": Goal(
        "Win points: the green paddle on the right shall return the ball, and the other miss it.",
        "If no point is made, prefer the paddle that hits the ball or is nearer to it.",
    ),
    "PrivateEye": Goal(
        "Collect the stolen things and bring them back, and avoid what is thrown at the car.",
        "If neither gets anything, prefer the one that goes further.",
    ),
    "Qbert": Goal(
        "Hop onto every cube so that it changes colour, and keep away from the others.",
        "If both are alike, prefer the one that is in less danger.",
    ),
    "Seaquest": Goal(
        "Shoot fish and submarines, pick up divers, and surface for air in time.",
        "If neither hits anything, prefer the one that is in less danger.",
    ),
    "SpaceInvaders": Goal(
        "Shoot as many invaders as you can, and do not get hit.",
        "If neither hits an invader, prefer the one that is in less danger.",
    ),
    "Walker2d": Goal("Walk forward (to the right) as fast as possible without falling.", _RUN_TIE),
}
"""The goals of Gymnasium's and Atari's environments, by name without version."""
