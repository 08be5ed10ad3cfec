"""Beside imitation's preference comparisons: labels for a score of 0.9, worst seed, wall time.

    python tests/measurements/imitation_peer.py --seeds 5

Both sides learn in the same environments from the same teacher, which is never wrong and judges by
the true reward, or by `score_of` where that cannot tell clips apart. Ours is the preset of PPO.
Imitation's is its documentation's tutorial "Learning a Reward Function using Preference
Comparisons": a reward from 5 iterations of 1000 steps, then a fresh PPO on it, here for as many
steps as ours. Its clips are 100 steps long, ours the preset's.

Every run adds a line to docs/results/imitation.jsonl when it ends; what is there already, with the
same settings, is not run again. All runs are evaluated on the untouched environment.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from imitation_tutorial import TUTORIAL, TUTORIAL_PPO, learn_as_in_tutorial
from measuring import RESULTS, Run, add_run, one_thread, read_runs, report, spent
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import make_vec_env
from rlhf_gym.benchmark.train_arm import RandomPolicy
from rlhf_gym.results.side_by_side import COLLAPSED, WANTED
from rlhf_gym.results.statistics import Floats, aggregate, interquartile_mean, labels_needed
from rlhf_gym.runs.config import as_table
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.runs.parts import (
    make_agent,
    make_plug_in,
    make_teacher,
    make_training_env,
    wrap_with_normalisation,
)
from rlhf_gym.runs.settings import TrainSettings, fill_in

Side = Literal["random", "true", "ours", "imitation"]
BASES: tuple[Side, ...] = ("random", "true")
"""What the score is 0 and 1 for."""
PEERS: tuple[Side, ...] = ("ours", "imitation")
ENVIRONMENTS = ("Pendulum-v1", "MountainCarContinuous-v0", "Acrobot-v1")
LABELS = (25, 50, 200)
EPISODES = 50


def main() -> None:
    """Run what is missing, and tell what came of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--environments", nargs="+", choices=ENVIRONMENTS, default=ENVIRONMENTS)
    parser.add_argument("--labels", nargs="+", type=int, default=LABELS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rows", type=Path, default=RESULTS / "imitation.jsonl")
    options = parser.parse_args()

    os.environ["TQDM_DISABLE"] = "1"  # imitation's bar for each fit
    labels = sorted(options.labels)
    wanted = list(runs(options.environments, labels, options.seeds))
    known = read_runs(options.rows)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, context) as pool:
        missing = [run for run in wanted if run not in known]
        futures = [pool.submit(perform, run, options.rows) for run in missing]
    for future in futures:
        future.result()
    known = read_runs(options.rows)
    for env_id in options.environments:
        rows = [known[run] for run in wanted if run.env_id == env_id]
        summarise(env_id, labels, rows)


def runs(environments: list[str], labels: list[int], seeds: int) -> Iterator[Run]:
    """All runs; both sides take turns, so that a machine that slows down slows both."""
    for seed in range(seeds):
        for env_id in environments:
            settings = _settings(env_id)
            yield from (_run(settings, side, seed) for side in BASES)
            for count in labels:
                asking = _settings(env_id, count)
                yield from (_run(asking, side, seed, count) for side in PEERS)


def _settings(env_id: str, labels: int | None = None, seed: int = 0) -> TrainSettings:
    return fill_in(TrainSettings(env_id, "ppo", labels=labels, seed=seed, device="cpu"))


def _run(settings: TrainSettings, side: Side, seed: int, labels: int = 0) -> Run:
    written: dict[str, Any] = {"steps": settings.steps, **TUTORIAL, **TUTORIAL_PPO}
    if side == "random":
        written = {}
    elif side != "imitation":
        known = ("env_id", "seed", "labels", "track")
        written = {name: value for name, value in as_table(settings).items() if name not in known}
    return Run(settings.env_id, side, labels, seed, json.dumps(written))


def perform(run: Run, rows: Path) -> None:
    """Do one run in this process, and add its row."""
    one_thread()
    settings = _settings(run.env_id, run.labels or None, run.seed)
    trained: list[Any] = []
    train = {"random": _random, "true": _true, "ours": _ours, "imitation": learn_as_in_tutorial}
    taken = spent(lambda: trained.append(train[run.side](settings)))
    returns = true_returns(trained[0], run.env_id, EPISODES, seed=run.seed)
    add_run(rows, run, returns, taken)


def _random(settings: TrainSettings) -> RandomPolicy:
    return RandomPolicy(make_vec_env(settings.env_id).action_space, settings.seed)


def _true(settings: TrainSettings) -> BaseAlgorithm:
    env = wrap_with_normalisation(settings, make_training_env(settings, snapshots=False))
    return make_agent(settings, env).learn(settings.steps or 0)


def _ours(settings: TrainSettings) -> BaseAlgorithm:
    feedback = make_plug_in(settings, make_teacher(settings))
    env = wrap_with_normalisation(settings, feedback.wrap(make_training_env(settings)))
    return make_agent(settings, env).learn(settings.steps or 0, callback=feedback)


def summarise(env_id: str, labels: list[int], rows: list[dict[str, Any]]) -> None:
    """Print a Markdown table of one environment, and hold the sides against each other."""
    found = {
        (side, count): [row for row in rows if (row["side"], row["labels"]) == (side, count)]
        for side in (*BASES, *PEERS)
        for count in (labels if side in PEERS else [0])
    }
    returns = {cell: np.array([row["mean_return"] for row in of]) for cell, of in found.items()}
    zero, one = (float(np.median(returns[base, 0])) for base in BASES)
    scores = {cell: (values - zero) / (one - zero) for cell, values in returns.items()}
    wall = {cell: [row["seconds"]["wall"] for row in of] for cell, of in found.items()}
    print(f"\n{env_id}. Score: 0 random, 1 the median of our PPO on the true reward.\n")
    print("| side | labels | seeds | score: IQM (95 %) | median | worst | true, median | s |")
    print("|---|---|---|---|---|---|---|---|")
    for (side, count), score in scores.items():
        mean = aggregate([score], np.random.default_rng(0))
        print(
            f"| {side} | {count or ''} | {len(score)} | {mean.value:.2f} ({mean.low:.2f} to "
            f"{mean.high:.2f}) | {np.median(score):.2f} | {score.min():.2f} | "
            f"{np.median(returns[side, count]):.1f} | {np.median(wall[side, count]):.0f} |"
        )
    print()
    figures(env_id, labels, scores, wall)


def figures(
    env_id: str,
    labels: list[int],
    scores: dict[tuple[Side, int], Floats],
    wall: dict[tuple[Side, int], list[float]],
) -> None:
    """Hold both sides against the targets."""
    means = {cell: float(interquartile_mean(values)) for cell, values in scores.items()}
    needed = {
        side: labels_needed(labels, [means[side, count] for count in labels], WANTED)
        for side in PEERS
    }
    known = {side: None if np.isnan(count) else count for side, count in needed.items()}
    name = f"{env_id} beside imitation"
    report(
        f"{name}: labels it needs for a score of {WANTED} / ours (never: its most, or 0 for us)",
        [(known["imitation"] or labels[-1]) / known["ours"] if known["ours"] else 0.0],
        at_least=2,
        labels_needed=known,
    )
    for side in PEERS:
        below = [np.median(scores[side, count]) - scores[side, count] for count in labels]
        report(
            f"{name}: collapsed seeds of {side}",
            [int(np.sum(np.concatenate(below) > COLLAPSED))],
            at_most=0 if side == "ours" else None,
            worst_scores={count: float(scores[side, count].min()) for count in labels},
        )
    report(
        f"{name}: its wall time / ours",
        [b / a for n in labels for a, b in zip(wall["ours", n], wall["imitation", n], strict=True)],
        at_least=5,
    )


if __name__ == "__main__":
    main()
