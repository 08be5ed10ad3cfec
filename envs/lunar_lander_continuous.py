"""LunarLanderContinuous: Gymnasium's lander with throttled engines, in episodes of one length."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.lunar_lander import LunarLander

__all__ = ["LunarLanderContinuous"]


def _engines(main: float, side: float) -> Any:
    return np.array([main, side], dtype=np.float32)


class LunarLanderContinuous(LunarLander):
    """Land a spacecraft between two flags with throttled engines.

    The task, the observations ``(8,)`` float32 and the ends are those of `LunarLander`. The action
    is the throttle of the main engine and of the side engines. The reward is that of `LunarLander`,
    but an engine costs in proportion to its power. Episodes are truncated after 1000 steps and
    never terminated.

    ## Action space
    ``Box(-1, 1, (2,))`` float32

    | index | quantity | meaning |
    |---|---|---|
    | 0 | main engine | off below 0, else from half to full power |
    | 1 | side engines | below -0.5 the left one, above 0.5 the right one, with that power |

    ## Observation space
    ``Box(8,)`` float32, see `LunarLander`.

    ## Source
    Gymnasium's implementation, by Oleg Klimov.
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
        """Make the environment with Gymnasium's arguments: render mode, gravity and wind.

        ``continuous`` is always True; it is accepted because a pickled environment passes it on.
        """
        super().__init__(render_mode, True, *args, **kwargs)
