"""MountainCar: Gymnasium's car in a valley, in episodes of one length."""

from __future__ import annotations

from gymnasium.envs.classic_control.mountain_car import MountainCarEnv

from rlhf_gym.envs.absorbing import Absorbing

__all__ = ["MountainCar"]


class MountainCar(Absorbing, MountainCarEnv):
    """Drive a weak car out of a valley.

    The physics are those of Gymnasium's ``MountainCar-v0``: the motor is too weak for the hill, so
    the car has to gain speed by rolling to and fro. The agent observes the car's position and
    velocity as ``(2,)`` float32. Its action is to accelerate to the left, to roll, or to accelerate
    to the right. The reward is -1 for each step up to and including the one that reaches the flag,
    and 0 afterwards; two short clips mostly earn the same, so simulated teachers judge them by
    `rlhf_gym.envs.scores.coasting_height`. Episodes are truncated after 200 steps and never
    terminated, because their length would give the reward away: at the flag the state is absorbing.

    ## Action space
    ``Discrete(3)``: accelerate to the left (0), roll (1), accelerate to the right (2).

    ## Observation space
    ``Box(2,)`` float32

    | index | quantity | from | to |
    |---|---|---|---|
    | 0 | position along the track; the valley is at -0.52, the flag at 0.5 | -1.2 | 0.6 |
    | 1 | velocity, positions a step | -0.07 | 0.07 |

    ## Start
    The car is at rest, at a position drawn uniformly from -0.6 to -0.4.

    ## Source
    Moore, "Efficient memory-based learning for robot control", 1990; Gymnasium's implementation.

    >>> env = MountainCar()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(2)[1]
    -1.0
    """

    metadata = {
        **MountainCarEnv.metadata,
        "fixed_horizon": True,
        "goal": "Drive the car up to the flag on the right hill.",
        "tie_breaker": (
            "If it arrives in both (the picture freezes), the one that is there first is better; "
            "if in neither, the one that climbs higher or gains more speed."
        ),
        "keys_to_action": {"left": 0, "": 1, "right": 2},
    }
