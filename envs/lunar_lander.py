"""LunarLander: Gymnasium's lander, in episodes of one length."""

from __future__ import annotations

from gymnasium.error import DependencyNotInstalled

from rlhf_gym.envs.held import Held

try:
    from gymnasium.envs.box2d import lunar_lander as gymnasium_s
except (ImportError, DependencyNotInstalled) as error:
    raise DependencyNotInstalled(
        'LunarLander needs Box2D: pip install "rlhf-gym[box2d]"'
    ) from error

__all__ = ["LunarLander"]


class LunarLander(Held, gymnasium_s.LunarLander):
    """Land between two flags; the episode goes on, frozen, when the lander is down.

    ## Description
    Gymnasium's ``LunarLander-v3`` with its physics unchanged. There, an episode ends with a crash
    or at rest, and its length tells of the true reward. Here every episode has the same length;
    behind its end the last state is held and shown.

    ## Action space
    ``Discrete(4)``

    | action | meaning |
    |---|---|
    | 0 | all engines off |
    | 1 | fire the left engine: it pushes and tilts to the left |
    | 2 | fire the main engine: it pushes upwards |
    | 3 | fire the right engine: it pushes and tilts to the right |

    ## Observation space
    ``Box(8,)`` float32. Half a picture's width is the unit across, half its height the unit
    upwards; the place to land on is (0, 0).

    | index | quantity | from | to |
    |---|---|---|---|
    | 0, 1 | position across and upwards | -2.5 | 2.5 |
    | 2, 3 | velocity across and upwards | -10 | 10 |
    | 4 | angle, rad, counter-clockwise positive | -6.28 | 6.28 |
    | 5 | 0.4 of the angular velocity, rad/s | -10 | 10 |
    | 6, 7 | 1 where the left, the right leg touches the ground | 0 | 1 |

    ## Rewards
    What a step gains in nearness to the place, slowness, uprightness and legs on the ground, less
    0.3 for the main engine and 0.03 for one at the side; 100 for coming to rest, -100 for a crash;
    0 afterwards.

    ## Start
    At the top in the middle, with a random push.

    ## End
    Never terminated; truncated after 1000 steps. ``info["ended"]`` is ``"terminated"`` at the step
    of the crash, of leaving the picture, or of coming to rest, and ``info["held"]`` is True at each
    step after it.

    ## Source
    Gymnasium's implementation, by Oleg Klimov.

    >>> env = LunarLander()
    >>> observation, info = env.reset(seed=0)
    >>> observation.shape
    (8,)
    """

    metadata = {
        "render_modes": ["human", "rgb_array"],
        "render_fps": 50,
        "fixed_horizon": True,
        "ends_differ": True,
        "goal": "Land softly and upright between the two flags.",
        "tie_breaker": (
            "If neither lands, prefer the one that is slower, more upright and nearer to the flags."
        ),
        "keys_to_action": {"": 0, "left": 1, "up": 2, "right": 3},
    }
