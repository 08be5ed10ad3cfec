"""The learning figures: agents taught by so many labels, beside true reward and shuffled labels.

    python tests/benchmarks/learning.py pendulum --labels 25 --seeds 10 --processes 2

Every run adds a line to docs/results/learning.jsonl when it ends; what is there already, with the
same settings, is not run again. All runs are evaluated on the untouched environment.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from measuring import RESULTS, Spent, add_run, one_thread, read_runs, report, spent
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import HumanFeedback, SyntheticTeacher, make_vec_env, score_of
from rlhf_gym.algorithms.presets import Preset, preset_of
from rlhf_gym.benchmark.agents import RandomPolicy
from rlhf_gym.comparison.statistics import Floats, aggregate
from rlhf_gym.evaluation import true_returns
from rlhf_gym.run_parts import make_agent, normalised
from rlhf_gym.run_settings import TrainSettings, filled
from rlhf_gym.teachers import ShuffledTeacher

Arm = Literal["random", "true", "learned", "shuffled"]
ARMS: tuple[Arm, ...] = get_args(Arm)
ENVIRONMENTS = {
    "pendulum": "Pendulum-v1",
    "cartpole": "CartPole-v1",
    "moving-dot": "rlhf/MovingDot-v1",
    "acrobot": "Acrobot-v1",
    "mountain-car": "MountainCar-v0",
    "mountain-car-continuous": "MountainCarContinuous-v0",
    "lunar-lander": "LunarLander-v3",
    "lunar-lander-continuous": "LunarLanderContinuous-v3",
}
ALGO = "ppo"
EPISODES = 50
SOLVED = 475


@dataclass(frozen=True)
class Run:
    """What tells one run from all others; ``settings`` are those it was run with."""

    env_id: str
    arm: Arm
    labels: int
    seed: int
    settings: str


def main() -> None:
    """Run what is missing, and tell what came of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", choices=ENVIRONMENTS)
    parser.add_argument("--labels", type=int, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--steps", type=int, help="default: the preset's")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=ARMS)
    parser.add_argument("--rows", type=Path, default=RESULTS / "learning.jsonl")
    options = parser.parse_args()

    env_id = ENVIRONMENTS[options.environment]
    preset = preset_of(env_id, ALGO)
    preset = replace(preset, steps=options.steps or preset.steps)
    wanted = [
        _run(env_id, arm, options.labels, seed, preset)
        for seed in range(options.first_seed, options.first_seed + options.seeds)
        for arm in options.arms
    ]
    known = read_runs(options.rows, Run)
    missing = [run for run in wanted if run not in known]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, context) as pool:
        futures = [pool.submit(perform, run, preset, options.rows) for run in missing]
    for future in futures:
        future.result()
    rows = read_runs(options.rows, Run)
    summarise(env_id, options.labels, [rows[run] for run in wanted])


def _run(env_id: str, arm: Arm, labels: int, seed: int, preset: Preset) -> Run:
    asks = arm in ("learned", "shuffled")
    names: list[str] = []
    if arm != "random":
        names += ["steps", "n_envs", "horizon", "hold", "norm_reward", "agent"]
    if asks:
        names += ["clip_seconds", "strategy", "first_share", "reward_model"]
    settings = {name: asdict(preset)[name] for name in names}
    return Run(env_id, arm, labels if asks else 0, seed, json.dumps(settings, default=vars))


def perform(run: Run, preset: Preset, rows: Path) -> None:
    """Do one run in this process, and add its row."""
    one_thread()
    policy: Any = RandomPolicy(make_vec_env(run.env_id).action_space, run.seed)
    taken, told = Spent(0, 0), dict[str, Any]()
    if run.arm != "random":
        policy, taken, told = _train(run, preset)
    returns = true_returns(policy, run.env_id, EPISODES, seed=run.seed)
    add_run(rows, run, run.arm, returns, taken, **told)


def _train(run: Run, preset: Preset) -> tuple[BaseAlgorithm, Spent, dict[str, Any]]:
    """An agent trained on the reward of the run's arm; all else is the same in every arm."""
    env = make_vec_env(
        run.env_id,
        preset.n_envs,
        seed=run.seed,
        horizon=preset.horizon,
        hold=preset.hold,
        snapshots=run.arm != "true",
    )
    feedback = None
    if run.arm != "true":
        oracle = SyntheticTeacher(score=score_of(run.env_id), seed=run.seed)
        feedback = HumanFeedback(
            oracle if run.arm == "learned" else ShuffledTeacher(oracle, run.seed),
            run.labels,
            clip_seconds=preset.clip_seconds,
            strategy=preset.strategy,
            first_share=preset.share_before_training(run.labels),
            reward_model=preset.reward_model,
            seed=run.seed,
            device="cpu",
        )
        env = feedback.wrap(env)
    settings = filled(TrainSettings(run.env_id, ALGO, seed=run.seed, device="cpu"))
    agent = make_agent(settings, normalised(settings, env))
    taken = spent(lambda: agent.learn(preset.steps, callback=feedback))
    asked = {"labels_given": feedback.labels_given} if feedback else {}
    return agent, taken, {**asked, "steps": agent.num_timesteps}


def summarise(env_id: str, labels: int, rows: list[dict[str, Any]]) -> None:
    """Print a Markdown table of the arms, and report the figures of the arms that learn."""
    returns = {
        arm: np.array([row["mean_return"] for row in rows if row["arm"] == arm]) for arm in ARMS
    }
    returns = {arm: values for arm, values in returns.items() if len(values)}
    scored = "random" in returns and "true" in returns
    zero, one = (np.median(returns[arm]) for arm in ("random", "true")) if scored else (0.0, 1.0)
    print(f"\n{env_id}, {labels} labels. Score: 0 random, 1 the median of the true reward's arm.\n")
    print("| arm | seeds | true return, median | worst | score, median | worst | IQM (95 %) | s |")
    print("|---|---|---|---|---|---|---|---|")
    for arm, values in returns.items():
        score = (values - zero) / (one - zero)
        mean = aggregate([score], np.random.default_rng(0))
        wall = np.median([row["seconds"]["wall"] for row in rows if row["arm"] == arm])
        print(
            f"| {arm} | {len(values)} | {np.median(values):.1f} | {values.min():.1f} | "
            f"{np.median(score):.2f} | {score.min():.2f} | {mean.value:.2f} "
            f"({mean.low:.2f} to {mean.high:.2f}) | {wall:.0f} |"
        )
    print()
    commits = sorted({row["commit"] for row in rows})
    if len(commits) > 1:
        print(f"these rows come from {len(commits)} commits: {', '.join(commits)}", file=sys.stderr)
    if scored:
        figures(
            env_id, labels, {arm: (v - zero) / (one - zero) for arm, v in returns.items()}, rows
        )


def figures(
    env_id: str, labels: int, scores: dict[Arm, Floats], rows: list[dict[str, Any]]
) -> None:
    """Hold the arms against the targets."""
    name = f"{env_id} with {labels} labels"
    wall = {arm: [r["seconds"]["wall"] for r in rows if r["arm"] == arm] for arm in ARMS}
    true = {arm: [r["mean_return"] for r in rows if r["arm"] == arm] for arm in ARMS}
    details: dict[str, Any] = {"true_returns": true, "seconds": wall}
    learned, shuffled = scores.get("learned"), scores.get("shuffled")
    if env_id == "Pendulum-v1" and learned is not None:
        median, worst = (0.95, 0.7) if labels >= 50 else (0.9, 0.5)
        report(f"{name}, score", learned.tolist(), at_least=median, **details)
        report(f"{name}, worst score", [learned.min()], at_least=worst)
    if env_id == "CartPole-v1" and learned is not None:
        solved = [float(np.mean(np.array(true["learned"]) >= SOLVED))]
        report(f"{name}, share of seeds that reach {SOLVED}", solved, at_least=0.9, **details)
        report(f"{name}, slowest seed", [max(wall["learned"])], at_most=60, unit=" s")
    if env_id == "CartPole-v1" and shuffled is not None:
        report(f"{name} shuffled, true return", true["shuffled"], at_most=200, **details)


if __name__ == "__main__":
    main()
