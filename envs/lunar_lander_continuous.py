"""LunarLanderContinuous: Gymnasium's lander with graded engines, in episodes of one length."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.lunar_lander import LunarLander

__all__ = ["LunarLanderContinuous"]


def _engines(main: float, side: float) -> Any:
    return np.array([main, side], dtype=np.float32)


class LunarLanderContinuous(LunarLander):
    """Land between two flags with engines that are throttled.

    ## Description
    As `LunarLander`, which says what is seen, earned and how it ends, but for the actions.

    ## Action space
    ``Box(-1, 1, (2,))`` float32

    | index | quantity | meaning |
    |---|---|---|
    | 0 | main engine | off below 0, else from half to full power |
    | 1 | engines at the sides | below -0.5 the left one, above 0.5 the right one, as strongly |

    ## Observation space
    ``Box(8,)`` float32, see `LunarLander`.

    ## Rewards
    See `LunarLander`; an engine costs in proportion to its power.

    ## Start
    At the top in the middle, with a random push.

    ## End
    Never terminated; truncated after 1000 steps, see `LunarLander`.

    ## Source
    Gymnasium's implementation, by Oleg Klimov.

    >>> env = LunarLanderContinuous()
    >>> env.action_space.shape
    (2,)
    """

    metadata = {
        **LunarLander.metadata,
        "keys_to_action": {
            "": _engines(0, 0),
            "up": _engines(1, 0),
            "left": _engines(0, -1),
            "right": _engines(0, 1),
            ("left", "up"): _engines(1, -1),
            ("right", "up"): _engines(1, 1),
        },
    }

    def __init__(
        self, render_mode: str | None = None, continuous: bool = True, *args: Any, **kwargs: Any
    ) -> None:
        """Make the environment.

        Args:
            render_mode: ``"rgb_array"``, ``"human"`` or None.
            continuous: always True; it stands here because a pickled environment names it.
            *args: gravity and wind, as Gymnasium's.
            **kwargs: the same by name.
        """
        super().__init__(render_mode, True, *args, **kwargs)
