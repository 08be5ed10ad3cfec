"""Write run folders as training leaves them, without training."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose, Query
from rlhf_gym.media import encode

CONFIG = """env_id = "{env_id}"
algo = "ppo"
teacher = "{teacher}"
labels = {labels}
steps = {steps}
n_envs = 8
seed = 1
device = "auto"
keep_termination = false

[reward_model]
members = 3
hidden = [32, 32]
learning_rate = 0.003
"""


def write_settings(
    run: Path, *, teacher: str = "synthetic", labels: int = 50, steps: int = 50_000
) -> None:
    """The files that a run writes before it starts."""
    run.mkdir(parents=True, exist_ok=True)
    config = CONFIG.format(env_id="Pendulum-v1", teacher=teacher, labels=labels, steps=steps)
    (run / "config.toml").write_text(config)
    command = f"rlhf-gym train Pendulum-v1 --teacher {teacher} --labels {labels} --steps {steps}"
    (run / "command.txt").write_text(command + " --seed 1\n")
    versions = {"rlhf-gym": "0.1.0", "torch": "2.13.0", "stable-baselines3": "2.9.2"}
    (run / "versions.json").write_text(json.dumps({**versions, "python": "3.11.2"}))


def write_progress(run: Path, *, true: list[float], labels: int, steps: int = 50_000) -> None:
    """A ``progress.csv`` with one row a rollout."""
    n = len(true)
    rng = np.random.default_rng(0)
    rows = [
        {
            "time/total_timesteps": int(steps * (i + 1) / n),
            "time/time_elapsed": 1.4 * (i + 1),
            "rollout/ep_rew_mean": value,
            "feedback/labels": round(labels * (1 - (1 - (i + 1) / n) ** 2)),
            "feedback/learned_return": -40 + 120 * (i + 1) / n + rng.normal(0, 6),
            "feedback/accuracy": "" if i % 4 else 0.7 + 0.2 * i / n,
        }
        for i, value in enumerate(true)
    ]
    with (run / "progress.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def write_rounds(run: Path, *, rounds: int, labels: int, correlation: float = 0.93) -> None:
    """A ``rounds.jsonl`` whose accuracy rises from 62 % to 92 %."""
    rng = np.random.default_rng(1)
    lines = []
    for i in range(rounds):
        true = rng.uniform(-1600, -100, 120)
        noise = rng.normal(0, 430, 120)
        learned = (correlation * true + np.sqrt(1 - correlation**2) * noise) / 20 + 30
        predicted = np.linspace(0.05, 0.95, 10)
        observed = np.clip(predicted + rng.normal(0, 0.22 / (i + 1), 10), 0, 1)
        count = rng.integers(1, 4 + i, 10)
        line = {
            "round": i,
            "agent_step": 2048 * (i + 1),
            "labels": round(labels * (i + 1) / rounds),
            "asked": round(labels * (i + 1) / rounds) + 2,
            "accuracy": 0.92 - 0.3 * 0.6**i,
            "cross_entropy": 0.18 + 0.45 * 0.7**i,
            "cross_entropy_floor": 0.06 + 0.01 * (i % 3),
            "calibration": np.stack([predicted, observed, count], 1).round(4).tolist(),
            "correlation": correlation * (1 - 0.4 * 0.5**i),
            "disagreement": 0.1 * 0.8**i,
            "learned_vs_true": np.stack([learned, true], 1).round(2).tolist(),
            "seconds": {"ask": 0.11, "fit": 0.42, "predict": 0.31, "record": 0.12},
        }
        lines.append(json.dumps(line))
    (run / "rounds.jsonl").write_text("\n".join(lines) + "\n")


def write_answers(
    run: Path, answers: list[Preference], *, seconds: float = 0.0, repeats: int = 0, drawn: int = 0
) -> None:
    """A store with one query an answer; the last ``repeats`` show the first ones again, swapped.

    Args:
        run: the run folder.
        answers: what is answered, in order; ``UNDONE`` takes the answer before it back.
        seconds: the median time of an answer.
        repeats: how many of the answers are to repeated queries.
        drawn: of how many queries the clips are drawn.
    """
    rng = np.random.default_rng(2)
    goal = "Swing the pendulum up and keep it upright and still."
    environment = EnvironmentRecord("Pendulum-v1", goal=goal)
    with FeedbackStore.create(run / "feedback.db", environment=environment) as store:
        asked = len(answers) - 2 * answers.count(Preference.UNDONE)
        fresh = [_query(_clip(rng), _clip(rng), rng, "label") for _ in range(asked - repeats)]
        stored = store.add_queries(fresh)
        again = [_query(*query.clips, rng, "repeat", 1 - query.left) for query in stored[:repeats]]
        stored += store.add_queries(again)
        current = 0
        for answer in answers:
            current -= answer is Preference.UNDONE
            query = stored[current]
            current += answer is not Preference.UNDONE
            took = float(rng.lognormal(np.log(seconds), 0.5)) if seconds else 0.0
            store.record(Judgement(query.id, answer, "ada", took, query.left))
        if drawn:
            (run / "clips").mkdir()
            media = replace(
                encode(dots(20, 1), run / "clips" / "dot.mp4", 30), path="clips/dot.mp4"
            )
        for query in stored[:drawn]:
            for clip in query.clips:
                store.add_media(clip.id, media)


def _query(
    first: Clip, second: Clip, rng: np.random.Generator, purpose: Purpose, left: int | None = None
) -> Query:
    left = int(rng.integers(2)) if left is None else left
    return Query((first, second), "disagreement", float(rng.uniform(0, 0.25)), left, 0, purpose)


def _clip(rng: np.random.Generator) -> Clip:
    return Clip(
        rng.normal(size=(45, 3)).astype(np.float32),
        rng.normal(size=(45, 1)).astype(np.float32),
        rng.uniform(-8, 0, 45).astype(np.float32),
        env_id="Pendulum-v1",
    )


def dots(frames: int, seed: int, size: int = 240) -> npt.NDArray[np.uint8]:
    """A disc that moves on a circle: ``(frames, size, size, 3)`` uint8."""
    y, x = np.mgrid[:size, :size]
    angle = seed + np.linspace(0, 4, frames)[:, None, None]
    middle = size / 2
    far = np.hypot(x - middle - 70 * np.cos(angle), y - middle - 70 * np.sin(angle))
    inside = (far < 22)[..., None]
    return np.where(inside, [40, 90, 160], [250, 250, 248]).astype(np.uint8)


def full_run(run: Path, *, collapsed: bool = False) -> Path:
    """A finished run with 50 simulated labels, before and after videos."""
    write_settings(run)
    rise = -1250 + 1000 / (1 + np.exp(-np.linspace(-4, 5, 24)))
    true = rise if not collapsed else np.concatenate([rise[:14], np.linspace(-500, -1450, 10)])
    write_progress(run, true=(true + 40 * np.sin(np.arange(24) * 2.1)).tolist(), labels=50)
    write_rounds(run, rounds=9, labels=50, correlation=0.21 if collapsed else 0.93)
    first, second = Preference.FIRST, Preference.SECOND
    write_answers(run, [first, second, second, first, Preference.TIE] * 10, drawn=50)
    after = [-180.0, -260.0, -131.0, -240.0] if not collapsed else [-1520.0, -1480.0]
    evaluation = {"before": [-1210.0, -1333.0, -1179.0], "after": after, "actions": "sampled"}
    (run / "evaluation.json").write_text(json.dumps(evaluation))
    (run / "videos").mkdir()
    encode(dots(30, 1), run / "videos" / "before.mp4", 30)
    encode(dots(30, 2), run / "videos" / "after.mp4", 30)
    return run


def persons_run(run: Path) -> Path:
    """A finished run of a person: ties, cannot tell, one undo, repeats, a habit of side."""
    write_settings(run, teacher="window", labels=80)
    true = (-1250 + 900 * np.linspace(0, 1, 30) ** 1.6).tolist()
    write_progress(run, true=true, labels=80)
    write_rounds(run, rounds=12, labels=80, correlation=0.74)
    first, second = Preference.FIRST, Preference.SECOND
    tie, unsure = Preference.TIE, Preference.CANNOT_TELL
    pattern = [first, second, second, tie, first, first, unsure, second, second, first]
    normal = pattern * 8
    again = [first, second, second, tie, first, first, second, second]
    answers = [*normal[:40], Preference.UNDONE, *normal[39:], *again]
    write_answers(run, answers, seconds=3.8, repeats=8, drawn=80)
    return run


def unfinished_run(run: Path) -> Path:
    """A run that was killed in its third round, half a line into the file of rounds."""
    write_settings(run)
    write_progress(run, true=[-1300.0, -1240.0, -1190.0, -1100.0, -1120.0], labels=12, steps=11_000)
    write_rounds(run, rounds=2, labels=12)
    with (run / "rounds.jsonl").open("a") as file:
        file.write('{"round": 2, "agent_st')
    write_answers(run, [Preference.FIRST, Preference.SECOND] * 6)
    return run
