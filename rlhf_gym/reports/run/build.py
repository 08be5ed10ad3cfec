"""Write the report of a run: one HTML file that needs no network, and its numbers as JSON."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.feedback.query import Query
from rlhf_gym.reports.run.disputed import draw_missing
from rlhf_gym.reports.run.page import DISPUTED, render_page
from rlhf_gym.reports.run.verdict import Outcome, Verdict, judge, outcome
from rlhf_gym.results.answers import (
    Feedback,
    Share,
    answer_shares,
    read_feedback,
    self_agreement,
    side_bias,
)
from rlhf_gym.runs.records import LEARNED_RETURN, STEPS, TRUE_RETURN, RunData, read_run

__all__ = ["build_report", "plain", "write"]


def build_report(run: Path, out: Path | None = None) -> Path:
    """Write the report of a run folder, finished or not.

    Args:
        run: the run folder.
        out: the HTML file; ``report.html`` in the run folder where it is None. The numbers go to
            a file beside it with the ending ``.json``.

    Returns:
        The HTML file.

    Raises:
        ValueError: there is no such run folder.
    """
    data = read_run(run)
    feedback = read_feedback(run / "feedback.db", _prediction(run))
    feedback = draw_missing(run, feedback, DISPUTED)
    result = outcome(data, feedback)
    verdict = judge(result, data, feedback)
    out = run / "report.html" if out is None else out
    write(out, render_page(data, feedback, result, verdict))
    write(out.with_suffix(".json"), _numbers(data, feedback, result, verdict))
    return out


def _prediction(run: Path) -> Callable[[Query], float] | None:
    """The probability that a query's first clip is better, by the run's reward model."""
    if not (run / "checkpoint" / "reward_model.pt").is_file():
        return None
    from rlhf_gym.runs import train  # not needed, and slow to import, without a reward model

    try:
        _, model, _ = train.load(run)
    except (ValueError, OSError):  # half written, or of packages that are not there
        return None

    def returns(clip: Clip) -> Array:
        each = model.predict_each(clip.transitions)
        return np.asarray(each.sum(axis=1, dtype=np.float64))

    def predict(query: Query) -> float:
        first, second = map(returns, query.clips)
        return float(np.mean(1 / (1 + np.exp(np.clip(second - first, -50, 50)))))

    return predict


def _numbers(data: RunData, feedback: Feedback, result: Outcome, verdict: Verdict) -> str:
    """Everything that the page shows as numbers."""
    shares = answer_shares(feedback.answers)
    series = {
        name: [values.tolist() for values in data.progress.series(STEPS, key)]
        for name, key in (("true_return", TRUE_RETURN), ("learned_return", LEARNED_RETURN))
    }
    seconds = [answer.judgement.response_seconds for answer in feedback.answers]
    numbers = {
        "run": data.folder.name,
        "verdict": asdict(verdict),
        "outcome": asdict(result),
        "against_steps": series,
        "rounds": [asdict(entry) for entry in data.rounds],
        "answers": {
            "asked": feedback.asked,
            "undone": feedback.undone,
            "shares": {answer.value: _share(share) for answer, share in shares.items()},
            "left_chosen": _share(side_bias(feedback.answers)),
            "self_agreement": _share(self_agreement(feedback.answers)),
            "seconds": seconds,
        },
        "evaluation": None if data.evaluation is None else asdict(data.evaluation),
        "config": data.config,
        "command": data.command,
        "versions": data.versions,
    }
    return json.dumps(plain(numbers), indent=1, default=str) + "\n"


def _share(share: Share) -> dict[str, Any]:
    return {
        "hits": share.hits,
        "total": share.total,
        "share": share.value,
        "interval": share.interval,
    }


def plain(value: Any) -> Any:
    """JSON knows no NaN: null stands for it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write(path: Path, text: str) -> None:
    """Write a whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
