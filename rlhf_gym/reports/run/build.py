"""Write the report of a run: an HTML file that needs no network, and its numbers as JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rlhf_gym.feedback.agreement import Share, annotator_agreement, self_agreement
from rlhf_gym.reports.html import Verdict, write, write_numbers
from rlhf_gym.reports.run.disputed import draw_missing
from rlhf_gym.reports.run.page import DISPUTED, render_page
from rlhf_gym.reports.run.verdict import judge, summarise
from rlhf_gym.results.answers import Answer, AnswerLog, answer_shares, read_answers, side_bias
from rlhf_gym.results.disputed import prediction_of
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
    log = read_answers(record.folder.store, prediction_of(record.folder))
    log = draw_missing(record.folder, log, DISPUTED)
    summary = summarise(record, log)
    verdict = judge(summary, record, log)
    out = record.folder.report if out is None else out
    write(out, render_page(record, log, summary, verdict))
    write_numbers(out.with_suffix(".json"), _numbers(record, log, summary, verdict))
    return out


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
            "withdrawn": log.withdrawn,
            "undone": log.undone,
            "shares": {each.value: _share(n) for each, n in answer_shares(log.answers).items()},
            "left_chosen": _share(side_bias(log.answers)),
            "self_agreement": _share(self_agreement(log.answers)),
            "annotator_agreement": _share(annotator_agreement(log.answers)),
            "remarks": [_remark(answer) for answer in log.remarks],
            "seconds": [answer.judgement.response_seconds for answer in log.answers],
        },
        "evaluation": asdict(run.evaluation) if evaluated else None,
        "config": run.config,
        "command": run.command,
        "versions": run.versions,
    }


def _remark(answer: Answer) -> dict[str, Any]:
    judgement = answer.judgement
    names = ("query", "annotator", "flagged", "note")
    said = {"answer": judgement.preference.value}
    return {**{name: getattr(judgement, name) for name in names}, **said}


def _share(share: Share) -> dict[str, Any]:
    return {**asdict(share), "share": share.value, "interval": share.interval}
