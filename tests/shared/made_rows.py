"""Rows as a benchmark leaves them, without running one."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rlhf_gym.results.row import Row

SCALES = {"CartPole-v1": (20.0, 500.0), "Pendulum-v1": (-1200.0, -200.0)}
"""True returns of the random policy and of the true reward."""


def rows_of(
    env_id: str, arm: str, scores: list[float], *, algo: str = "ppo", **values: Any
) -> list[Row]:
    """One row a score, seeds from 0."""
    zero, one = SCALES[env_id]
    row = Row(
        env_id,
        "" if arm == "random" else algo,
        arm,
        values.pop("labels", 0),
        values.pop("demonstrations", 0),
        seed=0,
        **values,
    )
    return [
        replace(row, seed=seed, returns=(zero + score * (one - zero),))
        for seed, score in enumerate(scores)
    ]


def arms_of(env_id: str, *, algo: str = "ppo", labels: int = 100) -> list[Row]:
    """Five seeds of each of the four arms; the labels teach nearly what the true reward does."""
    taught = {
        "labels": labels,
        "labels_given": labels,
        "accuracy": 0.9,
        "cross_entropy": 0.3,
        "correlation": 0.8,
    }
    timed = {"steps": 50_000, "seconds": 20.0, "cpu_seconds": 19.0, "settings": {"steps": 50_000}}
    return [
        *rows_of(env_id, "random", [0.02, -0.02, 0.0, 0.01, -0.01]),
        *rows_of(env_id, "true", [1.0, 0.98, 1.0, 1.02, 1.0], algo=algo, **timed),
        *rows_of(env_id, "learned", [0.96, 0.98, 1.0, 0.97, 0.99], algo=algo, **timed, **taught),
        *rows_of(env_id, "shuffled", [0.1, 0.0, -0.05, 0.05, 0.2], algo=algo, **timed, **taught),
    ]


def with_curves(rows: list[Row], folder: Path) -> list[Row]:
    """The rows, with a curve of each that was trained."""
    (folder / "curves").mkdir(parents=True)
    return [
        _with_curve(row, f"curves/{i}.csv", folder) if row.steps else row
        for i, row in enumerate(rows)
    ]


def _with_curve(row: Row, name: str, folder: Path) -> Row:
    zero, _ = SCALES[row.env_id]
    with (folder / name).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time/total_timesteps", "rollout/ep_rew_mean", "feedback/labels"])
        for share in np.linspace(0.05, 1, 20):
            labels = round(row.labels * share) if row.labels else ""
            writer.writerow(
                [int(row.steps * share), zero + share * (row.mean_return - zero), labels]
            )
    return replace(row, curve=name)
