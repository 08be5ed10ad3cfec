"""Environments made for learning from people; importing this module registers them.

Entry points are strings, so an environment's module is imported only when one is made.
"""

from __future__ import annotations

from contextlib import suppress

import gymnasium as gym

from rlhf_gym.envs.atari_masks import MASKS

__all__ = ["ATARI_IDS", "RAM_IDS", "ROBOT_IDS", "register_atari"]

_OURS = {
    "rlhf/CartPole-v1": ("cartpole:CartPole", 500),
    "rlhf/Acrobot-v1": ("acrobot:Acrobot", 500),
    "rlhf/MountainCar-v0": ("mountain_car:MountainCar", 200),
    "rlhf/MountainCarContinuous-v0": ("mountain_car_continuous:MountainCarContinuous", 999),
    "rlhf/Pendulum-v1": ("pendulum:Pendulum", 200),
    "rlhf/LunarLander-v3": ("lunar_lander:LunarLander", 1000),
    "rlhf/LunarLanderContinuous-v3": ("lunar_lander_continuous:LunarLanderContinuous", 1000),
    "rlhf/HopperBackflip-v1": ("hopper_backflip:HopperBackflip", 1000),
    "rlhf/HalfCheetahOneLeg-v1": ("half_cheetah_one_leg:HalfCheetahOneLeg", 1000),
    "rlhf/CartPoleWindmill-v1": ("cartpole_windmill:CartPoleWindmill", 400),
    "rlhf/PendulumSpin-v1": ("pendulum_spin:PendulumSpin", 200),
    "rlhf/LunarLanderHover-v1": ("lunar_lander_hover:LunarLanderHover", 400),
    "rlhf/MovingDotSecret-v1": ("moving_dot_secret:MovingDotSecret", 50),
    "rlhf/EnduroPace-v1": ("enduro_pace:EnduroPace", 1000),
    "rlhf/SupportChat-v1": ("support_chat:SupportChat", 40),
    "rlhf/Moderation-v1": ("moderation:Moderation", 40),
    "rlhf/Melody-v1": ("melody:Melody", 64),
    "rlhf/MovingDot-v1": ("moving_dot:MovingDot", 50),
}
"""Module and class of each environment, and the length of its episodes in steps, by id."""

_ROBOTS = {
    "rlhf/Hopper-v5": ("hopper:Hopper", 1000),
    "rlhf/HalfCheetah-v5": ("half_cheetah:HalfCheetah", 1000),
    "rlhf/Walker2d-v5": ("walker2d:Walker2d", 1000),
    "rlhf/Swimmer-v5": ("swimmer:Swimmer", 1000),
    "rlhf/Ant-v5": ("ant:Ant", 1000),
    "rlhf/Reacher-v5": ("reacher:Reacher", 50),
    "rlhf/InvertedDoublePendulum-v5": ("inverted_double_pendulum:InvertedDoublePendulum", 1000),
}
"""The same of each robot; the episodes of a robot do not terminate when it falls."""

for _id, (_entry, _steps) in {**_OURS, **_ROBOTS}.items():
    gym.register(_id, f"rlhf_gym.envs.{_entry}", max_episode_steps=_steps)

ROBOT_IDS = frozenset(_ROBOTS)


def register_atari(game: str, obs_type: str = "grayscale") -> str:
    """Register an Atari game, unless it is registered already; return its id.

    Args:
        game: ALE's name of the game, such as ``"space_invaders"``.
        obs_type: ``"grayscale"`` or ``"ram"``.

    >>> register_atari("space_invaders")
    'rlhf/SpaceInvaders-v1'
    """
    name = "".join(word.capitalize() for word in game.split("_"))
    env_id = f"rlhf/{name}-ram-v1" if obs_type == "ram" else f"rlhf/{name}-v1"
    if env_id not in gym.registry:
        gym.register(
            env_id,
            "rlhf_gym.envs.atari:Atari",
            max_episode_steps=4500,
            kwargs={"game": game} if obs_type == "grayscale" else {"game": game, "obs_type": "ram"},
        )
    return env_id


with suppress(ImportError):  # it registers its games when it is imported: now, not when one is made
    import ale_py  # noqa: F401

ATARI_IDS = {register_atari(game): game for game in MASKS}
"""ALE's names, by id, of the Atari games whose score can be masked."""

RAM_IDS = {register_atari(game, "ram"): game for game in MASKS}
"""The same games, with the console's memory as observation."""
