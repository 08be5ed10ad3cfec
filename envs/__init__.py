"""Environments made for learning from people; importing this module registers them.

Entry points are strings, so that an environment's own module is loaded when one is made.
"""

from __future__ import annotations

import gymnasium as gym

gym.register("rlhf/CartPole-v1", "rlhf_gym.envs.cartpole:CartPole", max_episode_steps=500)
gym.register("rlhf/Pendulum-v1", "rlhf_gym.envs.pendulum:Pendulum", max_episode_steps=200)
gym.register("rlhf/MovingDot-v1", "rlhf_gym.envs.moving_dot:MovingDot", max_episode_steps=50)
