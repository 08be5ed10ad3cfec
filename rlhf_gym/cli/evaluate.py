"""`rlhf-gym evaluate RUN`: measure the trained agent on the untouched environment."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import tyro

from rlhf_gym.cli.imports import quick_imports
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["command"]


def command(
    run: Annotated[str, tyro.conf.Positional], *, episodes: int = 20, json: bool = False
) -> None:
    """Measure the trained agent by its true return on the untouched environment.

    The returns are written into the run folder, for the report.

    Example: rlhf-gym evaluate runs/CartPole-v1-ppo-20261120-120000 --episodes 50

    Args:
        run: the run folder.
        episodes: number of whole episodes.
        json: print JSON.
    """
    folder = RunFolder.open(run)
    with quick_imports():
        from rlhf_gym.runs.train import evaluate
    found = evaluate(folder.path, episodes)
    if json:
        print(json_module.dumps({"mean": found.mean, "returns": found.after}))
        return
    low, high = min(found.after), max(found.after)
    print(
        f"true return {found.summary} "
        f"(mean and standard error of {len(found.after)} episodes; {low:.1f} to {high:.1f})"
    )
