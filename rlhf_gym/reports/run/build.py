"""Write the report of a run: an HTML file that needs no network, and its numbers as JSON."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rlhf_gym.feedback import StoreError
from rlhf_gym.feedback.agreement import Share, annotator_agreement, self_agreement
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reports.html import Verdict, write, write_numbers
from rlhf_gym.reports.run.disputed import draw_missing
from rlhf_gym.reports.run.page import DISPUTED, render_page
from rlhf_gym.reports.run.verdict import judge, summarise
from rlhf_gym.results.answers import AnswerLog, answer_shares, read_answers, side_bias
from rlhf_gym.runs.records import LEARNED_RETURN, STEPS, TRUE_RETURN, RunRecord, read_run
from rlhf_gym.runs.summary import Summary

__all__ = ["build_report"]


def build_report(run: Path, out: Path | None = None) -> Path:
    """Write the report of a run folder, finished or not.

    Nothing of the folder is run, except that clips are drawn in the environment of a run that this
    account made on this machine.

    Args:
        run: the run folder.
        out: the HTML file; by default ``report.html`` in the run folder. The numbers are written
            next to it, into a file that ends in ``.json``.

    Returns:
        The HTML file.

    Raises:
        ValueError: there is no such run folder, or something in it is a link to outside of it.
    """
    record = read_run(run)
    log = read_answers(record.folder.store, _prediction(record.folder))
    log = draw_missing(record.folder, log, DISPUTED)
    summary = summarise(record, log)
    verdict = judge(summary, record, log)
    out = record.folder.report if out is None else out
    write(out, render_page(record, log, summary, verdict))
    write_numbers(out.with_suffix(".json"), _numbers(record, log, summary, verdict))
    return out


def _prediction(run: RunFolder) -> Callable[[Query], float] | None:
    """Return how the run's reward model predicts that a query's first clip is better."""
    if not (run.checkpoint / "reward_model.pt").is_file():
        return None
    from rlhf_gym.runs.reward import load_reward_model  # slow to import, and seldom needed

    try:
        return load_reward_model(run).predict_preference
    except (ValueError, OSError, StoreError):  # half written, or a user's own model
        return None
    except Exception as error:  # of the environment: a package that is not there, or a bug
        warnings.warn(f"the report shows no predictions: {error}", stacklevel=3)
        return None


def _numbers(run: RunRecord, log: AnswerLog, summary: Summary, verdict: Verdict) -> dict[str, Any]:
    """Collect everything that the page shows as numbers."""
    series = {
        name: [values.tolist() for values in run.curve.series(STEPS, key)]
        for name, key in (("true_return", TRUE_RETURN), ("learned_return", LEARNED_RETURN))
    }
    evaluated = run.evaluation.after or run.evaluation.before
    return {
        "run": run.folder.path.name,
        "verdict": asdict(verdict),
        "outcome": asdict(summary),
        "against_steps": series,
        "rounds": [each.as_json() for each in run.rounds],
        "answers": {
            "asked": log.asked,
            "undone": log.undone,
            "shares": {each.value: _share(n) for each, n in answer_shares(log.answers).items()},
            "left_chosen": _share(side_bias(log.answers)),
            "self_agreement": _share(self_agreement(log.answers)),
            "annotator_agreement": _share(annotator_agreement(log.answers)),
            "seconds": [answer.judgement.response_seconds for answer in log.answers],
        },
        "evaluation": asdict(run.evaluation) if evaluated else None,
        "config": run.config,
        "command": run.command,
        "versions": run.versions,
    }


def _share(share: Share) -> dict[str, Any]:
    return {**asdict(share), "share": share.value, "interval": share.interval}
