"""MountainCar: Gymnasium's car in a valley, in episodes of one length."""

from __future__ import annotations

from gymnasium.envs.classic_control.mountain_car import MountainCarEnv

from rlhf_gym.envs.held import Held

__all__ = ["MountainCar"]


class MountainCar(Held, MountainCarEnv):
    """Drive a weak car out of a valley; the episode goes on, frozen, when it is at the flag.

    ## Description
    Gymnasium's ``MountainCar-v0`` with its physics unchanged: the motor is too weak for the hill,
    so that the car has to gain speed by rolling to and fro. There, an episode ends at the flag, and
    its length gives the true reward away. Here every episode has the same length; behind the flag
    the last state is held and shown.

    ## Action space
    ``Discrete(3)``

    | action | meaning |
    |---|---|
    | 0 | accelerate to the left |
    | 1 | roll |
    | 2 | accelerate to the right |

    ## Observation space
    ``Box(2,)`` float32

    | index | quantity | from | to |
    |---|---|---|---|
    | 0 | position along the track; the valley is at -0.52, the flag at 0.5 | -1.2 | 0.6 |
    | 1 | velocity, positions a step | -0.07 | 0.07 |

    ## Rewards
    -1 for each step up to and with the one that reaches the flag, 0 afterwards. Two short clips
    mostly earn the same: formulas judge them by `rlhf_gym.envs.scores.coasting_height`.

    ## Start
    At rest, at a position drawn uniformly from -0.6 to -0.4.

    ## End
    Never terminated; truncated after 200 steps. ``info["ended"]`` is ``"terminated"`` at the step
    that reaches the flag, and ``info["held"]`` is True at each step after it.

    ## Source
    Moore, "Efficient memory-based learning for robot control", 1990; Gymnasium's implementation.

    >>> env = MountainCar()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(2)[1]
    -1.0
    """

    metadata = {
        "render_modes": ["human", "rgb_array"],
        "render_fps": 30,
        "fixed_horizon": True,
        "goal": "Drive the car up to the flag on the right hill.",
        "tie_breaker": (
            "If it arrives in both (the picture freezes), the one that is there first is better; "
            "if in neither, the one that climbs higher or gains more speed."
        ),
        "keys_to_action": {"left": 0, "": 1, "right": 2},
    }
