"""Environments made for learning from people; importing this module registers them.

Entry points are strings, so that an environment's own module is loaded when one is made.
"""

from __future__ import annotations

import gymnasium as gym

__all__ = ["ATARI_IDS"]

gym.register("rlhf/CartPole-v1", "rlhf_gym.envs.cartpole:CartPole", max_episode_steps=500)
gym.register("rlhf/Pendulum-v1", "rlhf_gym.envs.pendulum:Pendulum", max_episode_steps=200)
gym.register("rlhf/MovingDot-v1", "rlhf_gym.envs.moving_dot:MovingDot", max_episode_steps=50)

ATARI_IDS = {
    f"rlhf/{name}-v1": name
    for name in (
        "BeamRider",
        "Breakout",
        "Enduro",
        "Hero",
        "MontezumaRevenge",
        "Pong",
        "PrivateEye",
        "Qbert",
        "Seaquest",
        "SpaceInvaders",
    )
}
"""The Atari games whose scores are known to be painted over; their names by id."""

for _id, _name in ATARI_IDS.items():
    _game = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in _name)[1:]
    gym.register(_id, "rlhf_gym.envs.atari:Atari", max_episode_steps=4500, kwargs={"game": _game})
