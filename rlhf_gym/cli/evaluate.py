"""`rlhf-gym evaluate RUN`: measure the trained agent on the untouched environment."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import tyro

from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.cli.trust import require_trust
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.records import Actions, mean_and_error, read_evaluation
from rlhf_gym.runs.settings import Episodes

__all__ = ["command"]


def command(
    run: Annotated[str, tyro.conf.Positional],
    *,
    episodes: Episodes = 20,
    sampled: bool = False,
    json: bool = False,
    trust: bool = False,
) -> None:
    """Measure the trained agent by its true return on the untouched environment.

    The returns are written into the run folder, for the report, unless it holds those of more
    episodes.

    Example: rlhf-gym evaluate runs/CartPole-v1-ppo-20261120-120000 --episodes 50

    Args:
        run: the run folder.
        episodes: number of whole episodes.
        sampled: sample actions as in training, also of a run of version 0.1.0, which was measured
            by its most likely ones.
        json: print JSON.
        trust: run the code of a run folder from elsewhere.
    """
    folder = RunFolder.open(run)
    require_trust(folder, trust)
    with quick_imports():
        from rlhf_gym.runs.train import evaluate
    actions: Actions | None = "sampled" if sampled else None
    found = evaluate(folder.path, episodes, actions=actions, trust=True)
    kept = read_evaluation(folder.evaluation)
    returns = found.after or found.before
    if json:
        result = {"mean": found.mean, "returns": found.after, "actions": found.actions}
        print(json_module.dumps(result if found.after else {**result, "mean": None}))
        return
    who = "" if found.after else " of the agent, which no update has changed"
    print(
        f"true return{who}: {mean_and_error(returns)} "
        f"({found.way}: mean and standard error; {min(returns):.1f} to {max(returns):.1f})"
    )
    if kept != found:
        print(f"the report keeps what it has, of more episodes ({kept.way})")
