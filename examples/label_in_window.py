"""You are the teacher: compare clips in a window while the agent trains.

The window opens by itself. Arrow keys answer: left or right clip better, up for "about the same",
down for "can't tell"; H shows all keys. Training waits for the first labels, and later whenever it
is more than 8 labels ahead. Close the window whenever you like: everything is saved in the folder,
and the same command continues from there.

Run it: python examples/label_in_window.py
"""

import argparse
from pathlib import Path

from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env, preset_of

preset = preset_of("CartPole-v1", "ppo")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
parser.add_argument("--labels", type=int, default=preset.feedback.labels)
parser.add_argument("--run", type=Path, default=Path("runs/label_in_window"))
parser.add_argument("--teacher", default="window", help="window, or synthetic to watch it work")
given = parser.parse_args()

resume = (given.run / "checkpoint").exists()
feedback = HumanFeedback(given.teacher, given.labels, run=given.run, resume=resume)
env = feedback.wrap(make_vec_env("CartPole-v1", n_envs=preset.n_envs, seed=0))
if resume:
    agent = feedback.restore(PPO, env, device="cpu")
else:
    agent = PPO("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
left = given.steps - agent.num_timesteps
agent.learn(max(left, 0), callback=feedback, reset_num_timesteps=not resume)

print(f"{feedback.labels_given} labels after {agent.num_timesteps} steps")
print("stopped; run it again to go on" if feedback.stopped else "done")
