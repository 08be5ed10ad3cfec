"""Compose the page: cards, figures, videos and tables for the template."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.reports.run import answer_figures, figures
from rlhf_gym.reports.run.disputed import most_disputed
from rlhf_gym.reports.run.verdict import Outcome, Verdict, number
from rlhf_gym.results.answers import (
    Answer,
    Feedback,
    answer_shares,
    human_minutes,
    self_agreement,
    side_bias,
)
from rlhf_gym.runs.config import flat
from rlhf_gym.runs.records import LABELS, LEARNED_RETURN, STEPS, TRUE_RETURN, Floats, RunData

__all__ = ["DISPUTED", "render_page"]

VIDEO_BYTES = 3_300_000
"""Room for videos, so that the page stays below 5 MB with base64's third on top."""
DISPUTED = 6
"""How many of the most disputed answers are shown."""
BADGES = {
    "good": ("Good", "the reward can be relied on"),
    "mixed": ("Mixed", "read on before relying on it"),
    "poor": ("Poor", "do not rely on this reward"),
    "unknown": ("Too early", "there is nothing to judge yet"),
}
STAGES = {
    "ask": "choosing and asking queries",
    "fit": "fitting the reward model",
    "predict": "predicting rewards",
    "record": "recording clips",
}
ANSWERS = {
    Preference.FIRST: "the first clip is better",
    Preference.SECOND: "the second clip is better",
    Preference.TIE: "about the same",
    Preference.CANNOT_TELL: "cannot tell",
}


def render_page(run: RunData, feedback: Feedback, result: Outcome, verdict: Verdict) -> str:
    """The report as one HTML page that needs nothing but itself."""
    videos = _Videos()
    folder = files("rlhf_gym.reports.run")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "report.html.j2").read_text(encoding="utf-8"))
    before, after = (videos.embed(run.folder / "videos" / f"{n}.mp4") for n in ("before", "after"))
    disputed = _disputed(feedback, videos)
    return template.render(
        run=run,
        result=result,
        verdict=verdict,
        number=number,
        style=Markup((folder / "report.css").read_text(encoding="utf-8")),
        written=time.strftime("%d %B %Y, %H:%M"),
        goal=feedback.goal,
        badge=BADGES[verdict.level],
        cards=list(_cards(run, feedback, result)),
        contents=_contents(bool(before or after), bool(disputed)),
        figures=_figures(run, feedback, result),
        answers_line=_answers_line(feedback),
        before=before,
        after=after,
        disputed=disputed,
        disputed_line=_disputed_line(feedback),
        left_out=videos.left_out,
        settings=list(flat(run.config).items()),
        versions=list(flat(run.versions).items()),
    )


def _contents(videos: bool, disputed: bool) -> list[tuple[str, str]]:
    sections = [("returns", "Returns"), ("model", "Reward model"), ("answers", "Answers")]
    sections += [("videos", "Before and after")] if videos else []
    sections += [("disputed", "Most disputed clips")] if disputed else []
    return [*sections, ("time", "Time"), ("settings", "Settings")]


@dataclass(frozen=True)
class _Card:
    label: str
    value: str
    note: str


def _cards(run: RunData, feedback: Feedback, result: Outcome) -> Iterator[_Card]:
    start = "" if result.before is None else f", {number(result.before)} at the start"
    source = "evaluated" if result.evaluated else "in training"
    error = "" if result.error is None else f" ± {number(result.error)}"
    yield _Card("True return", _or_dash(result.after, number), f"{source}{error}{start}")
    yield _Card("Labels", f"{result.labels:,}", _of(result.budget, "wanted"))
    yield _Card("Agent steps", f"{result.steps:,}", _of(result.total_steps, "planned"))
    yield _Card("Accuracy", _or_dash(result.accuracy, "{:.0%}".format), "on held-out labels")
    yield _Card(
        "Correlation", _or_dash(result.correlation, "{:.2f}".format), "learned and true return"
    )
    if feedback.by_a_person:
        _, minutes = human_minutes(feedback.answers)
        yield _Card("A person's time", f"{max(minutes, default=0.0):.1f} min", "spent on answering")
    elif (elapsed := run.progress.last("time/time_elapsed")) is not None:
        yield _Card("Wall time", _duration(elapsed), "of training")


def _or_dash(value: float | None, write: Any) -> str:
    return "–" if value is None else write(value)


def _of(total: int | None, word: str) -> str:
    return "" if total is None else f"of {total:,} {word}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _figures(run: RunData, feedback: Feedback, result: Outcome) -> dict[str, Markup]:
    return {
        **_return_figures(run, feedback, result),
        **_model_figures(run),
        **_answer_figures(feedback),
        **_stage_figure(run),
    }


def _return_figures(run: RunData, feedback: Feedback, result: Outcome) -> dict[str, Markup]:
    """Against steps and labels side by side; with a person, minutes join the labels."""

    def draw(x: str, label: str, wide: bool = False) -> Markup | None:
        true, learned = (run.progress.series(x, y) for y in (TRUE_RETURN, LEARNED_RETURN))
        if len(np.unique(true[0])) < 2 and x != STEPS or not len(true[0]):
            return None
        if label.startswith("minutes"):
            spent = human_minutes(feedback.answers)
            true, learned = ((_minutes(x, *spent), y) for x, y in (true, learned))
        return figures.returns(
            true, learned, label, name=label.split()[0], wide=wide, start=result.before
        )

    person = feedback.by_a_person
    by_labels = draw(LABELS, "labels")
    drawn = {
        "steps": draw(STEPS, "agent steps", wide=person or by_labels is None),
        "labels": by_labels,
        "minutes": draw(LABELS, "minutes of answering") if person else None,
    }
    return {name: picture for name, picture in drawn.items() if picture is not None}


def _minutes(labels: Floats, known: list[int], minutes: list[float]) -> Floats:
    """Minutes of answering that so many labels had cost."""
    return np.interp(labels, [0, *known], [0.0, *minutes])


def _model_figures(run: RunData) -> dict[str, Markup]:
    found = {}
    if any(entry.accuracy is not None for entry in run.rounds):
        found["accuracy"] = figures.accuracy(run.rounds)
    calibrated = [entry for entry in run.rounds if entry.calibration]
    if calibrated:
        found["calibration"] = figures.calibration(calibrated[0], calibrated[-1])
    compared = [entry for entry in run.rounds if len(entry.learned_vs_true) > 1]
    if compared:
        found["scatter"] = figures.learned_against_true(compared[-1])
    return found


def _answer_figures(feedback: Feedback) -> dict[str, Markup]:
    answers = feedback.answers
    if not answers:
        return {}
    found = {"shares": answer_figures.shares(answer_shares(answers))}
    if not feedback.by_a_person:
        return found
    found["times"] = answer_figures.answer_times(
        [answer.judgement.response_seconds for answer in answers]
    )
    bias, again = side_bias(answers), self_agreement(answers)
    rows = [("left chosen", bias, 0.5), ("same answer", again, None)]
    rows = [row for row in rows if row[1].total]
    if rows:
        found["reliability"] = answer_figures.reliability(rows)
    return found


def _stage_figure(run: RunData) -> dict[str, Markup]:
    if not run.rounds or not run.rounds[-1].seconds:
        return {}
    spent = run.rounds[-1].seconds
    seconds = {STAGES.get(stage, stage): value for stage, value in spent.items()}
    elapsed = run.progress.last("time/time_elapsed")
    if elapsed is not None and elapsed > sum(seconds.values()):
        seconds[figures.AGENT] = elapsed - sum(seconds.values())
    return {"stages": figures.stages(seconds)}


def _answers_line(feedback: Feedback) -> str:
    shares = answer_shares(feedback.answers)
    ties, unsure = shares[Preference.TIE], shares[Preference.CANNOT_TELL]
    if not ties.total:
        return ""
    again = self_agreement(feedback.answers)
    parts = [
        f"{feedback.asked:,} queries asked, {ties.total:,} answered",
        f"{ties.value:.0%} ties, {unsure.value:.0%} “cannot tell”",
    ]
    if feedback.undone:
        parts.append(f"{feedback.undone} taken back")
    if again.total:
        parts.append(f"{again.hits} of {again.total} repeated pairs answered the same")
    return "; ".join(parts) + "."


def _disputed_line(feedback: Feedback) -> str:
    if any(answer.predicted is not None for answer in feedback.answers):
        return (
            "Where the reward model contradicts the given answer most. Watch them: either the "
            "answer was a slip, or the model has not understood something."
        )
    return "The pairs to which the query strategy gave the highest score."


def _disputed(feedback: Feedback, videos: _Videos) -> list[dict[str, Any]]:
    return [_pair(a, feedback, videos) for a in most_disputed(feedback.answers, DISPUTED)]


def _pair(answer: Answer, feedback: Feedback, videos: _Videos) -> dict[str, Any]:
    said = answer.judgement.preference
    names = ("First clip", "Second clip")
    clips = [
        {
            "name": names[i],
            "video": videos.embed(feedback.media.get(answer.clips[i])),
            "chosen": said is (Preference.FIRST, Preference.SECOND)[i],
            "true_return": number(answer.true_returns[i]),
        }
        for i in range(2)
    ]
    seconds = answer.judgement.response_seconds
    took = f" in {seconds:.1f} s" if seconds else ""
    predicted = answer.predicted
    return {
        "clips": clips,
        "answer": f"{ANSWERS[said]} ({answer.judgement.annotator}{took})",
        "predicted": "" if predicted is None else f"{predicted:.0%} that the first clip is better",
        "query": f"no. {answer.judgement.query}, {answer.strategy} {answer.score:.3g}",
    }


class _Videos:
    """Files as data URLs, as long as the page has room for them."""

    def __init__(self) -> None:
        self.room = VIDEO_BYTES
        self.left_out: list[str] = []

    def embed(self, path: Path | None) -> str:
        """The file as a data URL, or an empty text where it is missing or too large."""
        if path is None or not path.is_file():
            return ""
        if path.stat().st_size > self.room:
            self.left_out.append(f"{path.parent.name}/{path.name}")
            return ""
        content = path.read_bytes()
        self.room -= len(content)
        return "data:video/mp4;base64," + base64.b64encode(content).decode("ascii")
