"""`rlhf-gym demo`: watch an agent learn from comparisons, without a person or a display."""

from __future__ import annotations

from rlhf_gym.basics.checks import Seed, Text
from rlhf_gym.basics.program import program
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.cli.train import conclude
from rlhf_gym.runs.settings import TrainSettings

__all__ = ["command"]


def command(*, run: Text | None = None, seed: Seed = 1, no_progress: bool = False) -> int:
    """Teach an agent to balance a pole from 100 comparisons of clips, and write a report.

    A formula takes the place of a person: it names the better one of two short clips. The agent
    learns from nothing else. The demo takes about a minute and needs no display.

    Example: rlhf-gym demo

    Args:
        run: the run folder; by default runs/CartPole-v1-ppo-DATE.
        seed: seed of all random numbers.
        no_progress: show no progress bar.
    """
    print("CartPole-v1: an agent that never sees the reward, and 100 comparisons of short clips.")
    settings = TrainSettings(env_id="CartPole-v1", labels=100, seed=seed)
    with quick_imports():
        from rlhf_gym.runs.train import train
    code = conclude(train(settings, run, progress=not no_progress))
    print(f"next: {program()} train CartPole-v1 --teacher window      (you do the comparing)")
    return code
