"""Say in plain words what a run achieved, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rlhf_gym.basics.words import counted, number
from rlhf_gym.feedback.agreement import Share, self_agreement
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.reports.html import Verdict
from rlhf_gym.results.answers import AnswerLog, answer_shares, side_bias
from rlhf_gym.runs.records import LABELS, STEPS, TRUE_RETURN, RunRecord

__all__ = ["Summary", "judge", "summarise"]

FEW_LABELS = 20
GOOD_ACCURACY = 0.75
POOR_ACCURACY = 0.6
GOOD_CORRELATION = 0.7
POOR_CORRELATION = 0.3
LOST_SHARE = 0.3
"""Share of the best gain; a final return that lost more of it has fallen."""


@dataclass(frozen=True)
class Summary:
    """The most important numbers of a run; None where they are not known yet.

    Attributes:
        environment: id of the environment.
        algorithm: the agent's algorithm.
        teacher: kind of teacher, as in the settings.
        steps: training steps so far, at most those planned.
        total_steps: training steps planned.
        labels: labels so far.
        budget: labels planned.
        before: true return at the start.
        after: true return at the end.
        error: standard error of ``after``, if it comes from evaluation episodes.
        evaluated: whether ``before`` and ``after`` come from evaluation episodes; else both come
            from training.
        best: the best mean true return logged in training; None if it was not measured as
            ``after`` was.
        accuracy: accuracy of the reward model on held-out labels.
        correlation: correlation of learned and true returns.
    """

    environment: str
    algorithm: str
    teacher: str
    steps: int
    total_steps: int | None
    labels: int
    budget: int | None
    before: float | None
    after: float | None
    error: float | None
    evaluated: bool
    best: float | None
    accuracy: float | None
    correlation: float | None

    @property
    def moved(self) -> float:
        """Rise of the true return (negative: a fall); 0 where it may be chance."""
        if self.before is None or self.after is None:
            return 0.0
        return self._beyond_chance(self.after - self.before, self.before)

    @property
    def lost(self) -> float:
        """Fall of the true return from its best, where it had really risen; 0 if by chance."""
        if self.before is None or self.after is None or self.best is None:
            return 0.0
        gain = self._beyond_chance(self.best - self.before, self.before)
        fall = self._beyond_chance(self.best - self.after, self.best)
        return fall if gain > 0 and fall > LOST_SHARE * gain else 0.0

    def _beyond_chance(self, change: float, other: float) -> float:
        chance = max(0.05 * max(abs(other), abs(self.after or 0.0)), 2 * (self.error or 0.0))
        return change if abs(change) > chance else 0.0

    @property
    def finished(self) -> bool:
        """Whether the agent has trained for as long as planned."""
        return self.total_steps is not None and self.steps >= self.total_steps


def summarise(run: RunRecord, log: AnswerLog) -> Summary:
    """Collect the most important numbers of a run."""
    _, logged = run.curve.series(STEPS, TRUE_RETURN)
    returns = logged.tolist()
    before, after = run.evaluation.comparable_before, run.evaluation.after
    if not after and len(returns) > 1:  # measured alike: both in training
        before = returns[:1]
    alike = not after or run.evaluation.actions == "sampled"  # as actions in training are
    last = run.rounds[-1] if run.rounds else None
    steps = int(run.curve.last(STEPS) or (last.agent_step if last else 0))
    planned = _whole(run.config.get("steps"))
    labels = max(run.curve.last(LABELS) or 0, last.labels if last else 0)
    return Summary(
        environment=str(run.config.get("env_id", "")) or log.env_id or "A run",
        algorithm=str(run.config["algo"]).upper() if "algo" in run.config else "The agent",
        teacher=str(run.config.get("teacher", "")),
        steps=steps if planned is None else min(steps, planned),  # rollouts are whole
        total_steps=planned,
        labels=log.labels or int(labels),
        budget=_whole(run.config.get("labels")),
        before=float(np.mean(before)) if before else None,
        after=run.evaluation.mean if after else next(reversed(returns), None),
        error=_known(run.evaluation.standard_error),
        evaluated=bool(after),
        best=max(returns, default=None) if alike else None,
        accuracy=_known(run.latest("accuracy")),
        correlation=_known(run.latest("correlation")),
    )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def judge(result: Summary, run: RunRecord, log: AnswerLog) -> Verdict:
    """Judge a run in words."""
    warnings = (
        *_about_the_agent(result, run),
        *_about_the_model(result),
        *_about_the_answers(log),
        *run.unreadable,
        *([log.problem] if log.problem else []),
    )
    level = _level(result)
    return Verdict(_headline(result), _trust(result, level), level, warnings)


def _headline(result: Summary) -> str:
    if not result.steps and not result.labels:
        return "Nothing has been trained in this run yet."
    so_far = "" if result.finished or result.total_steps is None else " so far"
    who = {"window": " from a person", "synthetic": " from a simulated teacher"}
    text = (
        f"{result.algorithm} trained on {result.environment} for {result.steps:,} steps{so_far} "
        f"with {counted(result.labels, 'label')}{who.get(result.teacher, '')}"
    )
    if result.after is None:
        return text + "; no episode has ended yet."
    if result.before is None:
        return f"{text}: its true return is {number(result.after)}."
    verb = "hardly moved," if not result.moved else "rose" if result.moved > 0 else "fell"
    return f"{text}: its true return {verb} from {number(result.before)} to {number(result.after)}."


def _level(result: Summary) -> str:
    if result.after is None or result.before is None or result.accuracy is None:
        return "unknown"
    fell = result.moved < 0
    wrong = result.correlation is not None and result.correlation < POOR_CORRELATION
    if fell or wrong or result.accuracy < POOR_ACCURACY:
        return "poor"
    right = result.correlation is None or result.correlation >= GOOD_CORRELATION
    enough = result.labels >= FEW_LABELS and result.finished and result.evaluated
    good = right and enough and result.moved and result.accuracy >= GOOD_ACCURACY
    return "good" if good else "mixed"


def _trust(result: Summary, level: str) -> str:
    facts = []
    if result.accuracy is not None:
        facts.append(f"the reward model predicts {result.accuracy:.0%} of held-out labels")
    if result.correlation is not None:
        facts.append(f"learned and true return correlate at {result.correlation:.2f}")
    if result.after is not None and not result.evaluated:
        facts.append("the return is from training, not from evaluation episodes")
    opening = {
        "good": "The reward can be trusted on what this agent does",
        "mixed": "Trust it with care",
        "poor": "Do not trust this reward",
        "unknown": "It is too early to trust anything",
    }[level]
    return f"{opening}: {', '.join(facts)}." if facts else f"{opening}: nothing is measured yet."


def _about_the_agent(result: Summary, run: RunRecord) -> Iterator[str]:
    if result.total_steps and not result.finished:
        share = result.steps / result.total_steps
        yield (
            f"Unfinished: {result.steps:,} of {result.total_steps:,} steps ({share:.0%}). "
            f"Continue with: rlhf-gym train --resume {run.folder.path}"
        )
    if result.after is not None and result.before is None and run.evaluation.before:
        yield (
            "The true return at the start was measured in another way (actions "
            f"{run.evaluation.actions_before}) than that at the end ({run.evaluation.actions}), so "
            f"they are not compared; measure both alike with: rlhf-gym evaluate {run.folder.path} "
            "--sampled"
        )
    if result.before is None or result.after is None:
        return
    accurate = result.accuracy is not None and result.accuracy >= GOOD_ACCURACY
    if result.moved < 0:
        although = " although the reward model's accuracy is high" if accurate else ""
        yield (
            f"Collapse: the true return fell below where it started{although}. The agent has "
            "probably left the states that were labelled; ask for labels of what it does now."
        )
    elif not result.moved and result.finished:
        yield "The agent did not get better: its gain or loss may be chance."
    elif result.best is not None and result.lost:
        yield (
            f"The true return was {number(result.best)} at its best and has fallen to "
            f"{number(result.after)}: the learned reward drifted from the true one."
        )
    if run.config.get("keep_termination"):
        yield "Episodes could end early, which leaks the reward: some of the gain is not learned."


def _about_the_model(result: Summary) -> Iterator[str]:
    if 0 < result.labels < FEW_LABELS:
        yield f"Only {result.labels} labels: the accuracy rests on a handful of held-out ones."
    if result.accuracy is not None and result.accuracy < POOR_ACCURACY:
        how = "close to" if result.accuracy > 1 - POOR_ACCURACY else "worse than"
        yield f"Held-out accuracy is {result.accuracy:.0%}, {how} guessing (50%)."
    if result.correlation is not None and result.correlation < POOR_CORRELATION:
        yield (
            f"Learned and true return hardly agree (correlation {result.correlation:.2f}): "
            "the agent maximises something other than what was meant."
        )


def _about_the_answers(log: AnswerLog) -> Iterator[str]:
    bias, again = side_bias(log.answers), self_agreement(log.answers)
    if _clear(bias, 0.5):
        side = "left" if bias.value > 0.5 else "right"
        chosen = bias.value if bias.value > 0.5 else 1 - bias.value
        yield f"The {side} clip was chosen in {chosen:.0%} of the choices: a bias towards one side."
    if again.total >= 5 and again.value < 0.8:
        yield f"Repeated pairs got the same answer only {again.value:.0%} of the time."
    unsure = answer_shares(log.answers)[Preference.CANNOT_TELL]
    if unsure.total >= 10 and unsure.value > 0.3:
        yield f'{unsure.value:.0%} of the answers are "cannot tell": the clips may be too short.'


def _clear(share: Share, expected: float) -> bool:
    low, high = share.interval
    return share.total > 0 and not low <= expected <= high
