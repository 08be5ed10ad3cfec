"""Off-policy: DQN learns from old steps with the newest reward.

DQN keeps its steps in a replay buffer. Whenever a batch is drawn from it, its rewards are predicted
anew by the newest reward model, so that nothing is learned from an opinion that has changed since.
Nothing needs to be set for it.

Run it: python examples/dqn_relabelling.py
"""

import argparse

import numpy as np
from stable_baselines3 import DQN

from rlhf_gym import HumanFeedback, SyntheticTeacher, Transitions, make_vec_env, preset_of

preset = preset_of("CartPole-v1", "dqn")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
steps = parser.parse_args().steps

feedback = HumanFeedback(SyntheticTeacher(mistake=0.05))
env = feedback.wrap(make_vec_env("CartPole-v1", seed=0))
agent = DQN("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
agent.learn(steps, callback=feedback)

assert agent.replay_buffer is not None
batch = agent.replay_buffer.sample(64)
steps = Transitions.within_episodes(batch.observations.numpy(), batch.actions.numpy()[:, 0])
newest = feedback.reward_model.predict(steps)
difference = np.abs(batch.rewards.numpy()[:, 0] - newest).max()
print(f"{feedback.labels_given} comparisons, of which about 5 % were answered wrongly")
print(f"largest difference to the newest reward: {difference:.1e}")
