"""Your own teacher: here one that wants the pendulum to spin, and asks more of faster agents.

Override `answer`; the other methods of `Teacher` are hooks. `state` and `load_state` keep in each
checkpoint what the answers depend on. If they depend on the two clips alone, a function will do:
`HumanFeedback(lambda first, second: float(speed(first) > speed(second)))`.

Run it: python examples/own_teacher.py
"""

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
from stable_baselines3 import PPO

from rlhf_gym import Clip, HumanFeedback, Judgement, Preference, Query, Teacher, make_vec_env
from rlhf_gym.teachers.contract import check_teacher


def speed(clip: Clip) -> float:
    """Return the mean angular velocity to the left, in rad/s."""
    return float(np.asarray(clip.observations)[:, 2].mean())


class Spin(Teacher):
    """Prefers the clip in which the pendulum turns faster to the left."""

    fastest = 0.0

    def answer(self, query: Query) -> Judgement | None:
        """Return the preference; skip pairs much slower than the fastest clip so far."""
        first, second = map(speed, query.clips)
        self.fastest = max(self.fastest, first, second)
        if max(first, second) < 0.05 * self.fastest:
            return None
        preference = Preference.FIRST if first > second else Preference.SECOND
        return Judgement(query.id, preference, annotator="spin", left=query.left)

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"fastest": self.fastest}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.fastest = state["fastest"]


check_teacher(Spin)  # as your tests would

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--steps", type=int, default=60_000)
feedback = HumanFeedback(Spin(), labels=60)
env = feedback.wrap(make_vec_env("Pendulum-v1", n_envs=8, seed=0))
agent = PPO("MlpPolicy", env, n_steps=64, gamma=0.95, learning_rate=1e-3, seed=0, device="cpu")
agent.learn(parser.parse_args().steps, callback=feedback)
clips = [clip for query in feedback.store.queries() for clip in query.clips]
first, last = (np.mean([speed(clip) for clip in some]) for some in (clips[:20], clips[-20:]))
print(f"{feedback.labels_given} comparisons; from {first:.1f} to {last:.1f} rad/s (at most 8)")
