"""Compose the page of a run: cards, figures, videos and tables for the template."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from markupsafe import Markup

from rlhf_gym.basics.faults import first_line
from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import NOTHING, duration, number
from rlhf_gym.feedback.agreement import annotator_agreement, self_agreement
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.reports.html import Card, Verdict, render
from rlhf_gym.reports.plotting import on_any_screen
from rlhf_gym.reports.run import answer_figures, figures
from rlhf_gym.reports.run.pairs import shown_pair
from rlhf_gym.reports.run.videos import Videos
from rlhf_gym.results.answers import (
    AnswerLog,
    answer_shares,
    human_minutes,
    seen_shares,
    side_bias,
)
from rlhf_gym.results.disputed import most_disputed
from rlhf_gym.runs.config import flat
from rlhf_gym.runs.records import (
    LABELS,
    LEARNED_RETURN,
    SECONDS,
    STEPS,
    TRUE_RETURN,
    RunRecord,
)
from rlhf_gym.runs.summary import Summary

__all__ = ["DISPUTED", "render_page"]

DISPUTED = 6
"""Number of the most disputed answers that are shown."""
REMARKS = 12
"""Number of the newest flagged or noted pairs that are shown."""
BADGES = {
    "good": ("Good", "the reward is reliable"),
    "mixed": ("Mixed", "read on before relying on it"),
    "poor": ("Poor", "do not rely on this reward"),
    "unknown": ("Too early", "there is nothing to judge yet"),
}
STAGES = {
    "ask": "choosing pairs and asking about them",
    "fit": "fitting the reward model",
    "predict": "predicting rewards",
    "record": "recording clips",
}


def render_page(
    run: RunRecord,
    log: AnswerLog,
    result: Summary,
    verdict: Verdict,
    *,
    refresh: int | None = None,
    status: Markup | None = None,
) -> str:
    """Render the report as one HTML page that needs no other file.

    Args:
        run: the run.
        log: its answers.
        result: its most important numbers.
        verdict: the judgement at the top.
        refresh: seconds after which a browser without scripts loads a page that is served again.
        status: what a page that is served says first; it follows the run.
    """
    videos = Videos()
    before, after = (videos.embed(run.folder.videos / f"{n}.mp4") for n in ("before", "after"))
    disputed = [shown_pair(each, log, videos) for each in most_disputed(log.answers, DISPUTED)]
    remarks = [shown_pair(each, log, videos) for each in log.remarks[:REMARKS]]
    return render(
        "run/report.html.j2",
        *(["run/live.js"] if status else []),
        "page.js",
        live=status is not None,
        status=status,
        run=run,
        refresh=refresh,
        result=result,
        verdict=verdict,
        number=number,
        goal=log.goal,
        badge=BADGES[verdict.level],
        cards=list(_cards(run, log, result)),
        figures=_figures(run, log, result),
        answers_line=_answers_line(log),
        before=before,
        after=after,
        disputed=disputed,
        disputed_line=_disputed_line(log),
        review=f"{program()} label {run.folder.path} --review" if log.seconds else "",
        remarks=remarks,
        remarks_line=_remarks_line(log),
        left_out=videos.left_out,
        broken=videos.broken,
        settings=list(flat(run.config).items()),
        versions=list(flat(run.versions).items()),
    )


def _cards(run: RunRecord, log: AnswerLog, result: Summary) -> Iterator[Card]:
    error = "" if result.error is None else f"± {number(result.error)}, "
    note = f"{error}{run.evaluation.way}" if result.evaluated else "of episodes in training"
    start = "" if result.before is None else f"; {number(result.before)} at the start"
    yield Card("True return", _or_dash(result.after, number), f"{note}{start}")
    yield Card("Labels", f"{result.labels:,}", _of(result.budget, "wanted"))
    whole = f"; {result.steps + result.beyond:,} with the last, whole rollout"
    planned = _of(result.total_steps, "planned") + (whole if result.beyond else "")
    yield Card("Agent steps", f"{result.steps:,}", planned)
    of = "on held-out labels" if result.held_out is None else f"of {result.held_out:,} held out"
    few = ", too few" if result.few_held_out else ""
    yield Card("Accuracy", _or_dash(result.accuracy, "{:.0%}".format), of + few)
    correlation = _or_dash(result.correlation, number)
    yield Card("Correlation", correlation, "learned and true return")
    if log.seconds:
        spent = "simulated" if result.teacher == "person" else "spent on answering"
        yield Card("A person's time", duration(log.seconds), spent)
    elif (elapsed := run.curve.last(SECONDS)) is not None:
        yield Card("Wall time", duration(elapsed), "of training")


def _or_dash(value: float | None, write: Any) -> str:
    return NOTHING if value is None else write(value)


def _of(total: int | None, word: str) -> str:
    return "" if total is None else f"of {total:,} {word}"


def _figures(run: RunRecord, log: AnswerLog, result: Summary) -> dict[str, Markup]:
    """Draw all figures; one that cannot be drawn is missing, since the others are worth having."""
    found: dict[str, Markup] = {}
    groups: list[Callable[[], dict[str, Markup]]] = [
        lambda: _return_figures(run, log, result),
        lambda: _model_figures(run),
        lambda: _answer_figures(log),
        lambda: _stage_figure(run, log),
    ]
    for draw in groups:
        try:
            found |= draw()
        except Exception as error:  # of odd data in the files of a run
            warnings.warn(
                f"some figures of the report cannot be drawn: {first_line(error)}", stacklevel=2
            )
    return found


def _return_figures(run: RunRecord, log: AnswerLog, result: Summary) -> dict[str, Markup]:
    """Draw returns against steps and labels; with a person, against minutes too."""

    def draw(x: str, label: str, wide: bool = False) -> Markup | None:
        true, learned = (run.curve.series(x, y) for y in (TRUE_RETURN, LEARNED_RETURN))
        if len(np.unique(true[0])) < 2 and x != STEPS or not len(true[0]):
            return None
        if label.startswith("minutes"):
            counted, minutes = human_minutes(log.answers)
            known, spent = [0, *counted], [0.0, *minutes]
            true, learned = ((np.interp(x, known, spent), y) for x, y in (true, learned))

        def drawn(wide: bool) -> Markup:
            name = f"{label.split()[0]}-{wide}"
            return figures.returns(true, learned, label, name=name, wide=wide, start=result.before)

        return on_any_screen(drawn) if wide else drawn(False)

    person = log.seconds > 0
    by_labels = draw(LABELS, "labels")
    drawn = {
        "steps": draw(STEPS, "agent steps", wide=person or by_labels is None),
        "labels": by_labels,
        "minutes": draw(LABELS, "minutes of answering") if person else None,
    }
    return {name: picture for name, picture in drawn.items() if picture is not None}


def _model_figures(run: RunRecord) -> dict[str, Markup]:
    found = {}
    if any(np.isfinite(entry.accuracy) for entry in run.rounds):
        found["accuracy"] = on_any_screen(lambda wide: figures.accuracy(run.rounds, wide=wide))
    calibrated = [entry for entry in run.rounds if entry.calibration]
    if calibrated:
        found["calibration"] = figures.calibration(calibrated[0], calibrated[-1])
    compared = [entry for entry in run.rounds if len(entry.learned_vs_true) > 1]
    if compared:
        found["scatter"] = figures.learned_against_true(compared[-1])
    return found


def _answer_figures(log: AnswerLog) -> dict[str, Markup]:
    answers = log.answers
    if not answers:
        return {}
    given = seen_shares(answers)
    found = {"shares": on_any_screen(lambda wide: answer_figures.shares(given, wide=wide))}
    if not log.seconds:
        return found
    times = [answer.judgement.response_seconds for answer in answers]
    found["times"] = answer_figures.answer_times(times)
    rows = [
        ("left chosen", side_bias(answers), 0.5),
        ("same answer", self_agreement(answers), None),
        ("annotators alike", annotator_agreement(answers), None),
    ]
    rows = [row for row in rows if row[1].total]
    if rows:
        found["reliability"] = answer_figures.reliability(rows)
    return found


def _stage_figure(run: RunRecord, log: AnswerLog) -> dict[str, Markup]:
    if not run.rounds or not run.rounds[-1].seconds:
        return {}
    spent = run.rounds[-1].seconds
    names = {**STAGES, "ask": "waiting for the person's answers"} if log.seconds else STAGES
    seconds = {names.get(stage, stage): value for stage, value in spent.items()}
    if run.agent_seconds is not None:
        seconds[figures.AGENT] = run.agent_seconds
    return {"stages": on_any_screen(lambda wide: figures.stages(seconds, wide=wide))}


def _answers_line(log: AnswerLog) -> str:
    shares = answer_shares(log.answers)
    ties, unsure = shares[Preference.TIE], shares[Preference.CANNOT_TELL]
    if not ties.total:
        return ""
    again, alike = self_agreement(log.answers), annotator_agreement(log.answers)
    parts = [
        f"{log.asked:,} queries asked, {ties.total:,} answered",
        f"{ties.value:.0%} ties, {unsure.value:.0%} “cannot tell”",
    ]
    if log.withdrawn:
        parts[0] += f", {log.withdrawn:,} withdrawn before an answer"
    if log.undone:
        parts.append(f"{log.undone} taken back")
    if again.total:
        parts.append(f"{again.hits} of {again.total} repeated pairs answered the same")
    if alike.total:
        parts.append(f"annotators agreed in {alike.hits} of {alike.total} cases")
    return "; ".join(parts) + "."


def _remarks_line(log: AnswerLog) -> str:
    count = len(log.remarks)
    shown = f"The newest {REMARKS} of {count}; all are in report.json. " if count > REMARKS else ""
    return f"{shown}What people flagged or wrote a note about while they answered."


def _disputed_line(log: AnswerLog) -> str:
    if any(answer.predicted is not None for answer in log.answers):
        return (
            "The answers that the reward model contradicts most. Watch them: either the answer "
            "was a slip, or the model has not understood something."
        )
    return "The pairs to which the query strategy gave the highest score."
