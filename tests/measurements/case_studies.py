"""What feedback is worth where the logged reward is naive: SupportChat, Moderation and Melody.

    python tests/measurements/case_studies.py --seeds 10

Agents in each, with the preset of PPO and the same number of steps: at random; taught by the naive
reward that the environment pays; from the answers of a simulated population whose tastes differ;
from the same answers, shuffled (the control); and, with ``--sides``, by the hidden welfare itself,
which is as good as it gets. All are evaluated by the hidden welfare, per step. The seeds are others
than those on which the presets were tuned.

Every run adds a line to docs/results/case_studies.jsonl when it ends; what is there already, with
the same settings, is not run again.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import gymnasium as gym
import numpy as np
from measuring import RESULTS, Run, add_run, one_thread, read_runs, report, spent
from stable_baselines3 import PPO
from stable_baselines3.common import env_util

from rlhf_gym import HumanFeedback, Population, make_vec_env, preset_of, tastes_of
from rlhf_gym.benchmark.train_arm import RandomPolicy
from rlhf_gym.results.statistics import Estimate, Floats, interval
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.teachers import ShuffledTeacher
from rlhf_gym.teachers.teacher import Teacher

Side = Literal["random", "naive", "feedback", "shuffled", "hidden"]
SIDES: tuple[Side, ...] = ("random", "naive", "feedback", "shuffled", "hidden")
ENVIRONMENTS = ("rlhf/SupportChat-v1", "rlhf/Moderation-v1", "rlhf/Melody-v1")
EPISODES = 100
PEOPLE = {"size": 20, "spread": 0.1, "beta": 10.0, "beta_spread": 0.5}


def main() -> None:
    """Run what is missing, and tell what came of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--environments", nargs="+", choices=ENVIRONMENTS, default=ENVIRONMENTS)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES[:-1])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=10)
    parser.add_argument("--rows", type=Path, default=RESULTS / "case_studies.jsonl")
    options = parser.parse_args()
    one_thread()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    wanted = [
        run_of(env_id, side, seed)
        for seed in seeds
        for env_id in options.environments
        for side in options.sides
    ]
    for run in wanted:
        if run not in read_runs(options.rows):
            perform(run, options.rows)
    known = read_runs(options.rows)
    for env_id in options.environments:
        summarise(env_id, [known[run] for run in wanted if run.env_id == env_id])


def run_of(env_id: str, side: Side, seed: int) -> Run:
    """One run, with the settings on which its result depends."""
    preset = preset_of(env_id, "ppo")
    settings = {name: value for name, value in asdict(preset).items() if name != "measured"}
    taught = side in ("feedback", "shuffled")
    written: dict[str, Any] = {} if side == "random" else settings
    if taught:
        written = {**written, "people": PEOPLE}
    return Run(env_id, side, preset.feedback.labels if taught else 0, seed, json.dumps(written))


def perform(run: Run, rows: Path) -> None:
    """Do one run, and add its row: returns are hidden welfare per step."""
    trained: list[Any] = []
    taken = spent(lambda: trained.append(agent_of(run)))
    returns = true_returns(trained[0], run.env_id, EPISODES, seed=run.seed)
    steps = gym.spec(run.env_id).max_episode_steps or 1
    add_run(rows, run, [value / steps for value in returns], taken)


def agent_of(run: Run) -> PPO | RandomPolicy:
    """The trained agent."""
    preset = preset_of(run.env_id, "ppo")
    if run.side == "random":
        return RandomPolicy(make_vec_env(run.env_id).action_space, run.seed)
    if run.side == "naive":  # what a plain script of stable-baselines3 would do
        env = env_util.make_vec_env(run.env_id, preset.n_envs, seed=run.seed)
    else:
        env = make_vec_env(run.env_id, preset.n_envs, seed=run.seed)
    feedback = None
    if run.side in ("feedback", "shuffled"):
        people = Population(tastes_of(run.env_id), **PEOPLE, seed=run.seed)  # type: ignore[arg-type]
        shuffled = run.side == "shuffled"
        teacher: Teacher = ShuffledTeacher(people, run.seed) if shuffled else people
        feedback = HumanFeedback(teacher, seed=run.seed, device="cpu")
        env = feedback.wrap(env)
    agent = PPO("MlpPolicy", env, **preset.arguments, seed=run.seed, device="cpu")
    return agent.learn(preset.steps, callback=feedback)


def summarise(env_id: str, rows: list[dict[str, Any]]) -> None:
    """Print a table of one environment, and hold feedback against the naive reward."""
    found = {
        side: np.array([row["mean_return"] for row in rows if row["side"] == side])
        for side in SIDES
        if any(row["side"] == side for row in rows)
    }
    print(f"\n{env_id}: hidden welfare per step\n")
    print("| | seeds | mean (95 %) | worst | seconds |\n|---|--:|--:|--:|--:|")
    for side, values in found.items():
        mean = _mean(values)
        seconds = np.median([row["seconds"]["wall"] for row in rows if row["side"] == side])
        print(
            f"| {side} | {len(values)} | {mean.value:.3f} [{mean.low:.3f}, {mean.high:.3f}] | "
            f"{values.min():.3f} | {seconds:.0f} |"
        )
    if not {"feedback", "naive"} <= found.keys():
        return
    ratios = found["feedback"] / found["naive"]
    of_means = _mean(ratios)
    print(f"\nratio: {of_means.value:.2f} [{of_means.low:.2f}, {of_means.high:.2f}]")
    report(
        f"{env_id}, hidden welfare with feedback / with the naive reward",
        ratios.tolist(),
        at_least=1.0,
        interval=[of_means.low, of_means.high],
        sides={side: values.tolist() for side, values in found.items()},
    )


def _mean(values: Floats) -> Estimate:
    bounds = interval(lambda drawn: drawn.mean(axis=-1), [values], np.random.default_rng(0))
    return Estimate(float(values.mean()), *bounds.tolist())


if __name__ == "__main__":
    main()
