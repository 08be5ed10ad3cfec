"""CartPole: Gymnasium's pole on a cart, in episodes of one length."""

from __future__ import annotations

from gymnasium.envs.classic_control.cartpole import CartPoleEnv

from rlhf_gym.envs.absorbing import Absorbing

__all__ = ["CartPole"]


class CartPole(Absorbing, CartPoleEnv):
    """Balance a pole on a cart.

    The physics are those of Gymnasium's ``CartPole-v1``. The agent observes the positions and
    velocities of cart and pole as ``(4,)`` float32. Its action pushes the cart to the left or to
    the right. The reward is 1 for each step up to and including the one at which the pole falls,
    and 0 afterwards, so the return is the number of steps until the fall. Episodes are truncated
    after 500 steps and never terminated, because their length would give the reward away: after a
    fall the state is absorbing.

    ## Action space
    ``Discrete(2)``: push the cart to the left (0) or to the right (1).

    ## Observation space
    ``Box(4,)`` float32

    | index | quantity | unit | the pole has fallen |
    |---|---|---|---|
    | 0 | position of the cart | m | outside -2.4 to 2.4 |
    | 1 | velocity of the cart | m/s | |
    | 2 | angle of the pole | rad | outside -0.209 to 0.209 (12 degrees) |
    | 3 | angular velocity of the pole | rad/s | |

    ## Start
    Each quantity is drawn uniformly from -0.05 to 0.05.

    ## Source
    Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning
    control problems", 1983; Gymnasium's implementation.

    >>> env = CartPole()
    >>> observation, info = env.reset(seed=0)
    >>> rewards = [env.step(1)[1] for _ in range(12)]
    >>> int(sum(rewards))
    8
    """

    metadata = {
        **CartPoleEnv.metadata,
        "fixed_horizon": True,
        "goal": "Keep the pole upright and the cart near the middle.",
        "tie_breaker": (
            "If the pole falls in both (the picture freezes), the one that stays up longer is "
            "better; if it falls in neither, the calmer one."
        ),
        "keys_to_action": {"left": 0, "right": 1},
    }
