"""Case study: tunes that one would like to hear again, instead of tunes by a textbook's rule.

The rule says that notes should belong to the chord, and an agent that is paid by it writes one note
over and over. Another agent never sees the rule. It learns from a population of 20 simulated people
whose tastes differ, and who compare two bars at a time. The tunes are written as WAV files.

Run it: python examples/melody.py
"""

import argparse
from pathlib import Path

import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common import env_util

from rlhf_gym import HumanFeedback, Population, make_vec_env, preset_of, tastes_of
from rlhf_gym.envs.melody import Melody
from rlhf_gym.envs.sound import write_wav
from rlhf_gym.runs.evaluation import true_returns

ENV_ID, EIGHTHS = "rlhf/Melody-v1", 64
preset = preset_of(ENV_ID, "ppo")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
parser.add_argument("--labels", type=int, help="by default the preset's")
parser.add_argument("--folder", type=Path, default=Path(), help="where the tunes are written")
given = parser.parse_args()


def play(name: str, agent: PPO) -> None:
    """Print how much listeners like the agent's tunes, and write one of them."""
    liked = np.mean(true_returns(agent, ENV_ID, episodes=50)) / EIGHTHS
    tune = Melody()
    observation, _ = tune.reset(seed=2)
    for _ in range(EIGHTHS):
        observation = tune.step(int(agent.predict(observation)[0]))[0]
    path = given.folder / f"{name.replace(' ', '-')}.wav"
    write_wav(path, tune.sound())
    print(f"{name}: {liked:.2f} points a note; {path}")


plain = env_util.make_vec_env(ENV_ID, preset.n_envs, seed=0)  # pays by the rule
naive = PPO("MlpPolicy", plain, **preset.arguments, seed=0, device="cpu")
play("untrained", naive)
play("paid by the rule", naive.learn(given.steps))

people = Population(tastes_of(ENV_ID), size=20, spread=0.1, beta=10.0, beta_spread=0.5)
feedback = HumanFeedback(people, given.labels, device="cpu")
env = feedback.wrap(make_vec_env(ENV_ID, preset.n_envs, seed=0))
agent = PPO("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
play("taught by people", agent.learn(given.steps, callback=feedback))
print(f"{feedback.labels_given} comparisons")
