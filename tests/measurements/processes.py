"""A benchmark of eight short runs: in one process, and in two beside each other.

python tests/measurements/processes.py
"""

from __future__ import annotations

from collections.abc import Callable

from measuring import arguments, interleaved, report, wall_ratios

from rlhf_gym.benchmark.engines import LocalEngine
from rlhf_gym.benchmark.plan import Run, plan_of
from rlhf_gym.benchmark.suite import suite_of

SUITE = """
environments = ["CartPole-v1"]
arms = ["true", "learned"]
labels = [50]
seeds = 4
[settings]
steps = 50_000
"""


class Unwatched:
    """A watch that looks away."""

    def begun(self, run: Run) -> None:
        """A run begins."""

    def went_on(self, run: Run, done: int, total: int) -> None:
        """A run has taken so many steps of all."""


def main() -> None:
    """Measure; the start of the processes is counted."""
    options = arguments(__doc__, repeats=3).parse_args()
    runs = plan_of(suite_of(SUITE, "eight short runs")).runs

    def perform_in(processes: int) -> Callable[[], object]:
        return lambda: list(LocalEngine(processes)(runs, Unwatched()))

    pairs = interleaved(perform_in(1), perform_in(2), options.repeats)
    report(
        "benchmark of 8 short runs, wall time in 1 process / in 2",
        wall_ratios(pairs),
        at_least=1.7,
        seconds=[[one.wall, two.wall] for one, two in pairs],
    )


if __name__ == "__main__":
    main()
