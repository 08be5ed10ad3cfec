"""Record golden traces: what short runs of PPO, DQN and A3C asked, were told and learned.

``python tests/golden/record.py [FOLDER]`` writes one file for each algorithm and seed; by default
those that `test_golden_traces.py` compares with. They were recorded at commit 6c0b857, when ends
were held. Record them again only where a change of behaviour is wanted, and say so in the
changelog.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from rlhf_gym import (
    A3C,
    FeedbackStore,
    HumanFeedback,
    Preference,
    RewardModelSettings,
    SyntheticTeacher,
    make_vec_env,
)

FOLDER = Path(__file__).parent
SEEDS = (0, 1, 2)
MEASURES = ("round", "agent_step", "labels", "asked", "accuracy", "cross_entropy",
            "cross_entropy_floor", "correlation", "disagreement")  # fmt: skip
LOGGED = ("feedback/", "rollout/")

Trace = dict[str, Any]


class Rewards(BaseCallback):
    """Keeps the rewards that the agent learns from, one row a step after the warm-up."""

    def __init__(self, feedback: HumanFeedback) -> None:
        super().__init__()
        self.feedback = feedback
        self.rows: list[list[float]] = []

    def _on_step(self) -> bool:
        if self.feedback.warm_up.done:
            self.rows.append(np.asarray(self.locals["rewards"], float).tolist())
        return True


def ppo(folder: Path, seed: int) -> Trace:
    """On-policy; an end is held, and what is held is worth the same everywhere."""
    feedback = plug_in(folder, seed, labels=16)
    env = feedback.wrap(make_vec_env("CartPole-v1", 4, seed=seed, keep_termination=False))
    agent = PPO("MlpPolicy", env, n_steps=64, batch_size=64, n_epochs=2, seed=seed, device="cpu")
    return learned(folder, feedback, agent, env, 1024)


def dqn(folder: Path, seed: int) -> Trace:
    """Off-policy, so relabelled; ends differ, and the reward model sees what steps lead to."""
    changes = reward_model(
        clip_inputs=3.0, adaptive=False, anew=True, changes=True, refit_from_scratch=True,
        uses_next_observations=True,
    )  # fmt: skip
    feedback = plug_in(
        folder, seed, labels=16, strategy="disagreement", schedule="constant", ends_differ=True,
        reward_model=changes,
    )  # fmt: skip
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=seed, keep_termination=False))
    agent = DQN(
        "MlpPolicy", env, buffer_size=2000, learning_starts=300, train_freq=16, batch_size=32,
        target_update_interval=200, exploration_fraction=0.5, policy_kwargs={"net_arch": [32]},
        seed=seed, device="cpu",
    )  # fmt: skip
    return learned(folder, feedback, agent, env, 1000)


def a3c(folder: Path, seed: int) -> Trace:
    """In one worker process, whose rewards are normalised; with more, runs are not reproducible."""
    feedback = plug_in(folder, seed, labels=16, strategy="entropy", mistake=0.2)
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=seed, keep_termination=False))
    env = VecNormalize(env, norm_obs=False)
    falling = LinearSchedule(7e-4, 0.0, 1.0)
    agent = A3C("MlpPolicy", env, falling, n_workers=1, n_steps=16, ent_coef=0.01, seed=seed)
    return learned(folder, feedback, agent, env, 800)


ALGORITHMS: dict[str, Callable[[Path, int], Trace]] = {"ppo": ppo, "dqn": dqn, "a3c": a3c}


def reward_model(**settings: Any) -> RewardModelSettings:
    """A small reward model; of old and new names of a setting, the one that there is counts."""
    known = {field.name for field in fields(RewardModelSettings)}
    small = {"members": 3, "hidden": (16,), "updates": 10, "updates_per_label": 10}
    chosen = {**small, "weight_decay": 1e-3, "adaptive": True, **settings}
    return RewardModelSettings(**{name: chosen[name] for name in chosen if name in known})


def plug_in(
    folder: Path, seed: int, labels: int, mistake: float = 0.0, **settings: Any
) -> HumanFeedback:
    """The plug-in with a simulated teacher, in a run folder."""
    arguments = {"clip_length": 10, "warm_up_steps": 240, "reward_model": reward_model()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # arguments that have moved
        return HumanFeedback(
            SyntheticTeacher(mistake=mistake, seed=seed),
            labels,
            run=folder,
            seed=seed,
            device="cpu",
            **{**arguments, **settings},
        )


def learned(
    folder: Path, feedback: HumanFeedback, agent: BaseAlgorithm, env: VecEnv, steps: int
) -> Trace:
    """Train, and read off what happened."""
    rewards = Rewards(feedback)
    agent.learn(steps, callback=[feedback, rewards])
    trace = {
        **asked(folder),
        "rounds": rounds(folder),
        "log": log(folder),
        "rewards": rewards.rows[:8] + rewards.rows[-24:],
        "reward_means": np.mean(rewards.rows, axis=0).tolist(),
        "rewards_later": rewards_later(env),
        "rewards_relabelled": rewards_relabelled(agent),
        "weights": weights(agent),
    }
    env.close()
    return trace


def asked(folder: Path) -> Trace:
    """Each query with its answer, in the order in which they were asked."""
    with FeedbackStore.open(folder / "feedback.db") as store:
        answers = {query: given[0].preference for query, given in store.current().items()}
        queries = [
            {
                "round": query.round,
                "strategy": query.strategy,
                "score": query.score,
                "left": query.left,
                "answer": Preference(answers[query.id]).value if query.id in answers else None,
                "clips": [
                    {
                        "agent_step": clip.agent_step,
                        "ended_at": clip.ended_at,
                        "actions": np.asarray(clip.actions).ravel().tolist(),
                        "first": np.asarray(clip.observations)[0].tolist(),
                        "true_return": clip.true_return,
                    }
                    for clip in query.clips
                ],
            }
            for query in store.queries()
        ]
    return {"queries": queries}


def rounds(folder: Path) -> list[Trace]:
    """What was measured in each round."""
    lines = [json.loads(line) for line in (folder / "rounds.jsonl").read_text().splitlines()]
    return [
        {name: line[name] for name in MEASURES}
        | {"mean_returns": np.mean(line["learned_vs_true"], axis=0).tolist()}
        for line in lines
    ]


def log(folder: Path) -> list[dict[str, float]]:
    """What SB3's logger wrote about returns and feedback."""
    with (folder / "progress.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {key: float(text) for key, text in row.items() if text and key.startswith(LOGGED)}
        for row in rows
    ]


def rewards_later(env: VecEnv) -> list[list[float]]:
    """The learned reward of forty steps behind training, with actions that let the pole fall."""
    if isinstance(env, VecNormalize):
        env = env.venv
    env.seed(7)
    env.reset()
    one = np.ones(env.num_envs, np.int64)
    return [env.step(one * (step % 5 > 0))[1].tolist() for step in range(40)]


def rewards_relabelled(agent: BaseAlgorithm) -> list[float]:
    """The rewards of a sample from the replay buffer, by the newest reward model."""
    if not isinstance(agent, OffPolicyAlgorithm):
        return []
    assert agent.replay_buffer is not None
    np.random.seed(7)
    sample: list[float] = agent.replay_buffer.sample(40).rewards.flatten().tolist()
    return sample


def weights(agent: BaseAlgorithm) -> dict[str, list[float]]:
    """Of each tensor of the policy: its sum, its norm and its first three numbers."""
    digests: dict[str, list[float]] = {}
    for name, tensor in agent.policy.state_dict().items():
        flat = tensor.detach().double().flatten()
        digests[name] = [float(flat.sum()), float(torch.linalg.norm(flat)), *flat[:3].tolist()]
    return digests


def rounded(value: Any) -> Any:
    """The same data with seven digits of each number."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    return value


def record(algorithm: str, seed: int) -> Trace:
    """The trace of one run."""
    with tempfile.TemporaryDirectory() as folder:
        trace: Trace = rounded(ALGORITHMS[algorithm](Path(folder) / "run", seed))
    return trace


if __name__ == "__main__":
    torch.set_num_threads(1)
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    where.mkdir(parents=True, exist_ok=True)
    for algorithm in ALGORITHMS:
        for seed in SEEDS:
            text = json.dumps(record(algorithm, seed))
            (where / f"{algorithm}-{seed}.json").write_text(text + "\n")
            print(algorithm, seed, len(text))
