"""Small plans that the tests of the benchmark run for real."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rlhf_gym.benchmark.perform import RunOutcome
from rlhf_gym.benchmark.plan import Plan, Run, plan_of
from rlhf_gym.benchmark.suite import suite_of

TINY = """
environments = ["CartPole-v1"]
arms = ["random", "true", "learned"]
labels = [8]
seeds = 2
evaluation_episodes = 2
[settings]
steps = 2500
n_envs = 4
agent = {n_steps = 64, batch_size = 64, n_epochs = 1}
"""


def tiny(**changes: Any) -> Plan:
    """The plan of `TINY`, with other values of its only grid."""
    suite = suite_of(TINY, "tiny")
    return plan_of(replace(suite, grids=(replace(suite.grids[0], **changes),)))


def what_counts(outcomes: dict[str, RunOutcome]) -> dict[str, str]:
    """Rows, as text, without what differs from time to time."""
    changing: dict[str, Any] = {"seconds": 0.0, "cpu_seconds": 0.0, "date": ""}
    return {name: replace(outcome.row, **changing).to_json() for name, outcome in outcomes.items()}


class Seen:
    """A watch that keeps what it sees."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.steps: dict[str, int] = {}

    def begun(self, run: Run) -> None:
        self.names.append(run.name)

    def went_on(self, run: Run, done: int, total: int) -> None:
        self.steps[run.name] = done
