"""Stop a run, go on with it in another process, and measure what was learned.

The run folder holds the agent, the reward model, all labels, the environments and all random
states: a run that was stopped ends exactly as one that was not. The last lines measure the agent
by the true reward, on the untouched environment.

Run it: python examples/resume_and_evaluate.py
"""

import argparse
import tempfile
from pathlib import Path

from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym import HumanFeedback, make_vec_env, preset_of
from rlhf_gym.runs.evaluation import true_returns


class StopHalfway(BaseCallback):
    """Stands for whatever ends a training early: Ctrl-C, a closed window, a reboot."""

    def _on_step(self) -> bool:
        if self.num_timesteps >= steps // 2:
            half.stop()
        return True


preset = preset_of("CartPole-v1", "ppo")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=preset.steps)
steps = parser.parse_args().steps
run = Path(tempfile.mkdtemp()) / "run"

half = HumanFeedback("synthetic", run=run)
env = half.wrap(make_vec_env("CartPole-v1", n_envs=preset.n_envs, seed=0))
agent = PPO("MlpPolicy", env, **preset.arguments, seed=0, device="cpu")
agent.learn(steps, callback=[half, StopHalfway()])
print(f"stopped with {half.labels_given} labels")

feedback = HumanFeedback("synthetic", run=run, resume=True)
env = feedback.wrap(make_vec_env("CartPole-v1", n_envs=preset.n_envs, seed=0))
agent = feedback.restore(PPO, env, device="cpu")
agent.learn(steps - agent.num_timesteps, callback=feedback, reset_num_timesteps=False)

returns = true_returns(agent, "CartPole-v1", episodes=10)
print(f"{feedback.labels_given} labels; true return {sum(returns) / len(returns):.0f} of 500")
