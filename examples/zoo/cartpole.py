"""rl-baselines3-zoo with the plug-in: its CartPole-v1 learns from 100 comparisons.

The callback teaches, and the environments that the agent trains in pay the learned reward. The
zoo's evaluations stay on the untouched environment and its true reward (SB3 warns that the two are
of different types; it does no harm). Seeds 0, 1 and 2 reached a true return of 500 in each of the
50 episodes that `python -m rl_zoo3.enjoy` then played; one run took 45 seconds.

Needs: pip install rl_zoo3==2.9.2
Run it: python -m rl_zoo3.train --algo ppo --env CartPole-v1 --conf-file examples.zoo.cartpole
"""

from typing import Any

import gymnasium as gym
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import FixedHorizon, HumanFeedback

feedback = HumanFeedback(
    "synthetic", labels=100, settings={"clip_seconds": 0.5, "strategy": "diverse"}
)


def callback() -> HumanFeedback:
    """What teaches the agent."""
    return feedback


def hold_ends(env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
    """Hold the end of an episode, except where the zoo evaluates: there it logs no episodes."""
    training = isinstance(env, Monitor) and env.results_writer is not None
    return FixedHorizon(env, hold=25) if training else env


def pay_learned_reward(venv: VecEnv) -> VecEnv:
    """Put the learned reward in place of the environments' own, except for evaluation."""
    return feedback.wrap(venv) if all(venv.env_is_wrapped(FixedHorizon)) else venv


hyperparams = {
    "CartPole-v1": {
        "callback": f"{__name__}.callback",
        "env_wrapper": f"{__name__}.hold_ends",
        "vec_env_wrapper": f"{__name__}.pay_learned_reward",
        "policy": "MlpPolicy",
        "n_timesteps": 100_000,
        "n_envs": 32,
        "n_steps": 64,
        "batch_size": 256,
        "n_epochs": 10,
        "gamma": 0.99,
        "gae_lambda": 0.95,
        "learning_rate": "lin_1e-3",
    }
}
