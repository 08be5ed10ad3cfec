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
    "rlhf/BeamRider-v1": "beam_rider",
    "rlhf/Breakout-v1": "breakout",
    "rlhf/Enduro-v1": "enduro",
    "rlhf/Hero-v1": "hero",
    "rlhf/MontezumaRevenge-v1": "montezuma_revenge",
    "rlhf/Pong-v1": "pong",
    "rlhf/PrivateEye-v1": "private_eye",
    "rlhf/Qbert-v1": "qbert",
    "rlhf/Seaquest-v1": "seaquest",
    "rlhf/SpaceInvaders-v1": "space_invaders",
}
"""The Atari games whose scores are known to be painted over: ALE's names of them, by id."""

for _id, _game in ATARI_IDS.items():
    gym.register(_id, "rlhf_gym.envs.atari:Atari", max_episode_steps=4500, kwargs={"game": _game})
