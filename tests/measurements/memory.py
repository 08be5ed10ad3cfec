"""Memory of the clip buffer with stacked 84x84x4 images, and of a whole training with many labels.

Buffer: the growth of the process against the bound; twice as many steps are written as fit, with
snapshots in the infos, and clips are cut meanwhile. Labels: PPO on pictures of Pong fills its
buffer, with few labels and with many, in processes of their own; the reward model is the preset's,
fitted by one gradient step a round.
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
from dataclasses import replace
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
from gymnasium import spaces
from measuring import arguments, one_thread, report
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_atari
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.steps import vec_step
from rlhf_gym.envs.step_notes import noted
from rlhf_gym.presets import FEEDBACK

N_ENVS, CLIP_LENGTH, SNAPSHOT_EVERY, SNAPSHOT_BYTES = 8, 25, 64, 20_000
SHAPE, EPISODE = (84, 84, 4), 1000
TRAINED_BYTES = 2**28
"""Bound of the buffer in the trainings, at most: they are to fill it."""


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=1)
    parser.add_argument("--megabytes", type=int, default=1024, help="bound; default: 1024")
    parser.add_argument("--labels", type=int, default=3300, help="default: 3300")
    options = parser.parse_args()
    bound = options.megabytes * 2**20
    _labels(min(bound, TRAINED_BYTES), options.labels)
    grown, held = zip(*(_fill(bound) for _ in range(options.repeats)), strict=True)
    steps = held[0]["steps"]
    report(
        f"memory of {steps:,} steps of 84x84x4 images in a buffer of {options.megabytes} MiB",
        [size / bound for size in grown],
        at_most=1.0,
        unit=" of the bound",
        held=held,
        stacks_stored_whole_mib=steps * int(np.prod(SHAPE)) / 2**20,
    )


def _labels(bound: int, labels: int) -> None:
    """Train with few labels and with many, and report what one more takes."""
    few = max(labels // 10, 20)
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        trained = pool.starmap(_training, [(few, bound), (labels, bound)], chunksize=1)
    (least, _), (most, peak) = trained
    report(
        "memory a label, pictures of Pong, clips of 1.7 s",
        [(most - least) / (labels - few) / 2**20],
        at_most=0.5,
        unit=" MiB",
        labels=[few, labels],
    )
    report(
        f"memory of a training with {labels:,} labels beyond that of its buffer",
        [(peak - bound) / 2**30],
        at_most=1.0,
        unit=" GiB",
        buffer_bytes=bound,
    )


def _training(labels: int, bound: int) -> tuple[int, int]:
    """Train; returns the memory of this process at the end and its peak, in bytes."""
    one_thread()
    networks = replace(FEEDBACK["Pong-v1"].reward_model, updates=1)
    settings = {
        "labels": labels,
        "clip_seconds": 1.7,
        "strategy": "uniform",
        "memory_bytes": bound,
        "reward_model": networks,
    }
    feedback = HumanFeedback("synthetic", settings=settings, device="cpu")
    env = feedback.wrap(make_atari("pong", N_ENVS, seed=0))
    agent = PPO("MlpPolicy", env, n_steps=128, batch_size=256, n_epochs=1, seed=0, device="cpu")
    agent.learn(int(1.3 * feedback.buffer.capacity * N_ENVS), callback=feedback)
    assert feedback.labels_given == labels
    gc.collect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return psutil.Process().memory_info().rss, peak


def _fill(bound: int) -> tuple[int, dict[str, Any]]:
    """Fill a buffer twice over; returns the process's growth in bytes, and what is held."""
    rng = np.random.default_rng(0)
    frames = rng.integers(256, size=(7, N_ENVS, *SHAPE[:2]), dtype=np.uint8)
    images = np.zeros((N_ENVS, *SHAPE), np.uint8)
    nothing = np.zeros(N_ENVS), np.zeros(N_ENVS, bool)
    gc.collect()
    process = psutil.Process()
    before = process.memory_info().rss
    buffer = ClipBuffer(
        spaces.Box(0, 255, SHAPE, np.uint8),
        spaces.Discrete(6),
        N_ENVS,
        CLIP_LENGTH,
        max_bytes=bound,
        frame_stack=FrameStack(size=4, axis=2),
    )
    highest = most = 0
    for row in range(2 * buffer.capacity):
        taken = row % SNAPSHOT_EVERY == 0
        before_it = images[..., 1:] if row % EPISODE else np.zeros_like(images[..., 1:])
        images = np.concatenate([before_it, frames[row % len(frames), ..., None]], axis=3)
        infos: list[dict[str, object]] = [
            noted({}, snapshot=rng.bytes(SNAPSHOT_BYTES)) if taken else {} for _ in range(N_ENVS)
        ]
        dones = np.full(N_ENVS, row % EPISODE == EPISODE - 1)
        actions = nothing[0].astype(np.int64)
        step = vec_step(images, actions, None, nothing[0], dones, infos, keep_next=False)
        buffer.add(step, row * N_ENVS)
        if row % EPISODE == EPISODE - 1:
            found = buffer.positions(10, rng)
            assert len([buffer.clip(found[i : i + 1]) for i in range(len(found))]) == 10
            highest = max(highest, process.memory_info().rss - before)
            most = max(most, buffer.nbytes)
    assert most <= bound, f"nbytes is {most}, above {bound}"
    held = {"steps": len(buffer), "nbytes_of_bound": most / bound}
    return highest, held


if __name__ == "__main__":
    main()
