"""The figures of learning: what the committed results reached, held against the targets.

    rlhf-gym benchmark classic --out docs/results/classic
    python tests/measurements/learned.py

Scores: 0 is the random policy, 1 the same algorithm with the same settings on the true reward.
"""

from __future__ import annotations

from measuring import RESULTS, report

from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.results.cells import Cell, cells_of


def main() -> None:
    """Report every cell that asked for labels and has scores."""
    for lines in sorted(RESULTS.glob("*/runs.jsonl")):
        cells, unscored = cells_of(ResultsFolder(lines.parent).rows())
        for (env_id, algo), why in unscored.items():
            print(f"{env_id}, {algo}: no scores: {why}")
        for cell in cells:
            if cell.scale is not None and cell.arm in ("learned", "shuffled"):
                _report(cell)


def _report(cell: Cell) -> None:
    name = f"{cell.env_id}, {cell.algo}, {cell.name}: IQM score of {len(cell.rows)} seeds"
    found = cell.estimate
    details = {"interval": [found.low, found.high], "scores": cell.values.tolist()}
    if cell.arm == "shuffled":
        report(name, [found.value], at_most=0.3, **details)
        return
    report(name, [found.value], at_least=0.95 if cell.algo == "ppo" else 0.9, **details)
    if cell.algo == "ppo":
        report(f"{name}, lower end of its interval", [found.low], at_least=0.85)


if __name__ == "__main__":
    main()
