"""Environments made for learning from people; importing this module registers them.

Entry points are strings, so that an environment's own module is loaded when one is made.
"""

from __future__ import annotations

import gymnasium as gym

__all__ = ["ATARI_IDS"]

_OURS = {
    "rlhf/CartPole-v1": ("cartpole:CartPole", 500),
    "rlhf/Acrobot-v1": ("acrobot:Acrobot", 500),
    "rlhf/MountainCar-v0": ("mountain_car:MountainCar", 200),
    "rlhf/MountainCarContinuous-v0": ("mountain_car_continuous:MountainCarContinuous", 999),
    "rlhf/Pendulum-v1": ("pendulum:Pendulum", 200),
    "rlhf/LunarLander-v3": ("lunar_lander:LunarLander", 1000),
    "rlhf/LunarLanderContinuous-v3": ("lunar_lander_continuous:LunarLanderContinuous", 1000),
    "rlhf/Hopper-v5": ("hopper:Hopper", 1000),
    "rlhf/HalfCheetah-v5": ("half_cheetah:HalfCheetah", 1000),
    "rlhf/Walker2d-v5": ("walker2d:Walker2d", 1000),
    "rlhf/Swimmer-v5": ("swimmer:Swimmer", 1000),
    "rlhf/Ant-v5": ("ant:Ant", 1000),
    "rlhf/Reacher-v5": ("reacher:Reacher", 50),
    "rlhf/InvertedDoublePendulum-v5": ("inverted_double_pendulum:InvertedDoublePendulum", 1000),
    "rlhf/HopperBackflip-v1": ("hopper_backflip:HopperBackflip", 1000),
    "rlhf/HalfCheetahOneLeg-v1": ("half_cheetah_one_leg:HalfCheetahOneLeg", 1000),
    "rlhf/CartPoleWindmill-v1": ("cartpole_windmill:CartPoleWindmill", 400),
    "rlhf/PendulumSpin-v1": ("pendulum_spin:PendulumSpin", 200),
    "rlhf/LunarLanderHover-v1": ("lunar_lander_hover:LunarLanderHover", 400),
    "rlhf/MovingDotSecret-v1": ("moving_dot_secret:MovingDotSecret", 50),
    "rlhf/Melody-v1": ("melody:Melody", 64),
    "rlhf/MovingDot-v1": ("moving_dot:MovingDot", 50),
}
"""Where each environment stands, and how many steps its episodes last, by id."""

for _id, (_entry, _steps) in _OURS.items():
    gym.register(_id, f"rlhf_gym.envs.{_entry}", max_episode_steps=_steps)

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
