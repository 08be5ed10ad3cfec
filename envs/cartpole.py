"""CartPole: Gymnasium's pole on a cart, in episodes of one length."""

from __future__ import annotations

from gymnasium.envs.classic_control.cartpole import CartPoleEnv

from rlhf_gym.envs.held import Held

__all__ = ["CartPole"]


class CartPole(Held, CartPoleEnv):
    """Balance a pole on a cart; the episode goes on, frozen, when the pole falls.

    ## Description
    Gymnasium's ``CartPole-v1`` with its physics unchanged. There, an episode that ends early gives
    the true reward away: an agent can learn to stay alive under any constant learned reward. Here
    every episode has the same length. After a fall the last state is held and shown, so that a
    person can see it, and nothing more is earned.

    ## Action space
    ``Discrete(2)``

    | action | meaning |
    |---|---|
    | 0 | push the cart to the left |
    | 1 | push the cart to the right |

    ## Observation space
    ``Box(4,)`` float32

    | index | quantity | unit | where the pole counts as fallen |
    |---|---|---|---|
    | 0 | position of the cart | m | outside -2.4 to 2.4 |
    | 1 | velocity of the cart | m/s | |
    | 2 | angle of the pole | rad | outside -0.209 to 0.209 (12 degrees) |
    | 3 | angular velocity of the pole | rad/s | |

    ## Rewards
    1 for each step up to and with the one at which the pole falls, 0 afterwards: the return of an
    episode is the number of steps until the fall, as in Gymnasium.

    ## Start
    Each quantity is drawn uniformly from -0.05 to 0.05.

    ## End
    Never terminated; truncated after 500 steps. ``info["ended"]`` is ``"terminated"`` at the step
    of the fall, and ``info["held"]`` is True at each step after it.

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
        "render_modes": ["human", "rgb_array"],
        "render_fps": 50,
        "fixed_horizon": True,
        "goal": "Keep the pole upright and the cart near the middle.",
        "tie_breaker": (
            "If the pole falls in both (the picture freezes), the one that stays up longer is "
            "better; if it falls in neither, the calmer one."
        ),
        "keys_to_action": {"left": 0, "right": 1},
    }
