"""LunarLander: Gymnasium's lander, in episodes of one length."""

from __future__ import annotations

from typing import Any

from gymnasium.error import DependencyNotInstalled

from rlhf_gym.basics.installation import install_extra
from rlhf_gym.envs.absorbing import Absorbing

try:
    from gymnasium.envs.box2d import lunar_lander as gymnasium_s
except (ImportError, DependencyNotInstalled) as error:
    raise DependencyNotInstalled(f"LunarLander needs Box2D: {install_extra('box2d')}") from error

__all__ = ["LunarLander"]


class LunarLander(Absorbing, gymnasium_s.LunarLander):
    """Land a spacecraft between two flags.

    The physics are those of Gymnasium's ``LunarLander-v3``. The agent observes position, velocity
    and angle of the lander and the contacts of its legs as ``(8,)`` float32. Its action fires one
    of three engines or none. The reward is what a step gains in nearness to the pad, slowness,
    uprightness and legs on the ground, less 0.3 for the main engine and 0.03 for a side engine; a
    crash earns -100, coming to rest 100, and every later step 0. Episodes are truncated after 1000
    steps and never terminated, because their length would give the reward away: after a crash, at
    rest or outside the picture the state is absorbing.

    ## Action space
    ``Discrete(4)``

    | action | meaning |
    |---|---|
    | 0 | all engines off |
    | 1 | fire the left engine: it pushes and tilts to the left |
    | 2 | fire the main engine: it pushes upwards |
    | 3 | fire the right engine: it pushes and tilts to the right |

    ## Observation space
    ``Box(8,)`` float32. The units are half the picture's width across and half its height upwards;
    the pad is at (0, 0).

    | index | quantity | from | to |
    |---|---|---|---|
    | 0, 1 | position across and upwards | -2.5 | 2.5 |
    | 2, 3 | velocity across and upwards | -10 | 10 |
    | 4 | angle, rad, positive counter-clockwise | -6.28 | 6.28 |
    | 5 | 0.4 of the angular velocity, rad/s | -10 | 10 |
    | 6, 7 | 1 if the left, the right leg touches the ground | 0 | 1 |

    ## Start
    The lander is at the top in the middle, and is given a random push.

    ## Source
    Gymnasium's implementation, by Oleg Klimov.
    """

    metadata = {
        **gymnasium_s.LunarLander.metadata,
        "fixed_horizon": True,
        "valued_terminals": True,
        "goal": "Land softly and upright between the two flags.",
        "tie_breaker": (
            "If neither lands, prefer the one that is slower, more upright and nearer to the flags."
        ),
        "keys_to_action": {"": 0, "left": 1, "up": 2, "right": 3},
    }

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy needs: beside Gymnasium's arguments, what it is registered as."""
        return {**super().__getstate__(), "registered": self.spec}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Be a copy, before its first reset, of the lander that gave ``state``."""
        super().__setstate__(state)
        self.spec = state.get("registered")
