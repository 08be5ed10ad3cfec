"""What a run achieved, in numbers and in one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rlhf_gym.basics.words import counted, number
from rlhf_gym.feedback.rounds import TELLING_LABELS
from rlhf_gym.runs.records import LABELS, STEPS, TRUE_RETURN, RunRecord, standard_error

__all__ = ["GUESSING", "Summary", "headline", "summary_of"]

LOST_SHARE = 0.3
"""Share of the best gain; a final return that lost more of it has fallen."""
RECENT_LABELS = 0.75
"""Share of the labels below which what was measured with them is dated."""
GUESSING = math.log(2)
"""Cross-entropy of a model that calls both clips equally likely to be better, in nats."""
GAINED = 0.5
"""Share of what an accuracy allows to gain over guessing; a model that gains less misjudges itself.

Half of it leaves room for the chance of a hundred labels, and for a model that errs in some."""
MUCH = 0.25
"""Share of the larger return; a change of more than it is not called small, even if by chance."""


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
        awaited: labels without which training does not begin, until it has; else 0.
        held_out: number of held-out labels of which ``accuracy`` is a share; None if not known.
        dated: whether accuracy and correlation were measured when the reward model had much fewer
            labels.
        beyond: steps by which the last rollout, which is whole, exceeds those planned.
        cross_entropy: of the reward model on held-out labels, in nats.
        cross_entropy_floor: what the ties among them cost every model, in nats.
        confidence: mean probability that the reward model gave to what it predicted of them.
        unchanged: whether no update has changed the agent; then nothing is known after training.
        error_before: standard error of the untrained agent's true return, where it was evaluated.
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
    awaited: int = 0
    held_out: int | None = None
    dated: bool = False
    beyond: int = 0
    cross_entropy: float | None = None
    cross_entropy_floor: float = 0.0
    confidence: float | None = None
    unchanged: bool = False
    error_before: float | None = None

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

    @property
    def few_held_out(self) -> bool:
        """Whether the accuracy is a share of too few labels."""
        return self.held_out is not None and self.held_out < TELLING_LABELS

    @property
    def telling_accuracy(self) -> float | None:
        """The accuracy, if it says what the reward model is worth now."""
        return None if self.few_held_out or self.dated else self.accuracy

    @property
    def telling_correlation(self) -> float | None:
        """The correlation, if it says what the reward model is worth now."""
        return None if self.dated else self.correlation

    @property
    def accurate_cross_entropy(self) -> float:
        """The cross-entropy that the accuracy allows, in nats.

        A model that is right in a share ``a`` of its predictions, and knows in each how sure it may
        be, costs at most ``-a ln a - (1 - a) ln(1 - a)``, the cost of always being sure of ``a``.
        """
        right = min(max(self.accuracy or 0.5, 0.5), 1 - 1e-9)
        cost = -right * math.log(right) - (1 - right) * math.log(1 - right)
        return self.cross_entropy_floor + (1 - self.cross_entropy_floor / GUESSING) * cost

    @property
    def misjudges_itself(self) -> bool:
        """Whether the reward model is much more, or much less, sure of its predictions than right.

        Its cross-entropy then gains less over guessing than half of what its accuracy allows.
        """
        if self.cross_entropy is None or self.telling_accuracy is None:
            return False
        return self.cross_entropy > GUESSING - GAINED * (GUESSING - self.accurate_cross_entropy)

    @property
    def too_sure(self) -> bool:
        """Whether it misjudges itself, and is surer than it is right."""
        return self.misjudges_itself and (self.confidence or 1.0) > (self.accuracy or 0.0)

    def _beyond_chance(self, change: float, other: float) -> float:
        before = self.error_before or 0.0
        noise = math.hypot(before, self.error or before)  # episodes in training vary as much
        chance = max(0.05 * max(abs(other), abs(self.after or 0.0)), 2 * noise)
        return change if abs(change) > chance else 0.0

    @property
    def finished(self) -> bool:
        """Whether the agent has trained for as long as planned."""
        return self.total_steps is not None and self.steps >= self.total_steps


def summary_of(run: RunRecord, labels: int, env_id: str = "") -> Summary:
    """Collect the most important numbers of a run.

    Args:
        run: the run as it was read.
        labels: the labels of its store; 0 where there is none.
        env_id: the environment of its store, for runs of scripts, which have no settings.
    """
    _, logged = run.curve.series(STEPS, TRUE_RETURN)
    returns = logged.tolist()
    before, after = run.evaluation.comparable_before, run.evaluation.after
    if run.unchanged:
        returns, before, after = [], run.evaluation.before, ()
    if not after and len(returns) > 1:  # measured alike: both in training
        before = returns[:1]
    alike = not after or run.evaluation.actions == "sampled"  # as actions in training are
    last = run.rounds[-1] if run.rounds else None
    steps = int(run.curve.last(STEPS) or (last.agent_step if last else 0))
    planned = _whole(run.config.get("steps"))
    if run.unchanged:  # too few to be logged
        steps = max(steps, planned or 0)
    logged_labels = max(run.curve.last(LABELS) or 0, last.labels if last else 0)
    return Summary(
        environment=str(run.config.get("env_id", "")) or env_id or "A run",
        algorithm=str(run.config["algo"]).upper() if "algo" in run.config else "The agent",
        teacher=str(run.config.get("teacher", "")),
        steps=steps if planned is None else min(steps, planned),
        total_steps=planned,
        labels=labels or int(logged_labels),
        budget=_whole(run.config.get("labels")),
        before=float(np.mean(before)) if before else None,
        after=run.evaluation.mean if after else next(reversed(returns), None),
        error=_known(run.evaluation.standard_error),
        evaluated=bool(after),
        best=max(returns, default=None) if alike else None,
        accuracy=_known(run.latest("accuracy")),
        correlation=_known(run.latest("correlation")),
        held_out=_held_out(run),
        dated=run.latest("labels") < RECENT_LABELS * (labels or logged_labels),
        beyond=0 if planned is None else max(steps - planned, 0),
        cross_entropy=_known(run.latest("cross_entropy")),
        cross_entropy_floor=_known(run.latest("cross_entropy_floor")) or 0.0,
        confidence=_confidence(run),
        unchanged=run.unchanged,
        error_before=_known(standard_error(run.evaluation.before)),
    )


def _held_out(run: RunRecord) -> int | None:
    counts = [each.held_out for each in run.rounds if np.isfinite(each.accuracy)]
    return counts[-1] if counts and counts[-1] else None


def _confidence(run: RunRecord) -> float | None:
    """Return the mean probability of what was predicted, of the labels that are held out now."""
    bins = [each.calibration for each in run.rounds if each.held_out and np.isfinite(each.accuracy)]
    if not bins:
        return None
    predicted, _, counts = np.array([row for row in bins[-1] if len(row) == 3]).T
    return float(np.average(np.maximum(predicted, 1 - predicted), weights=counts))


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def headline(result: Summary) -> str:
    """Say in one sentence what a run achieved."""
    if result.unchanged:
        return (
            f"No update has changed the agent: {result.steps:,} steps of {result.algorithm} on "
            f"{result.environment} were too few, or its learning rate was too small, so there is "
            "nothing to measure after training."
        )
    if not result.steps and not result.labels:
        return "Nothing has been trained in this run yet."
    if result.awaited:
        return (
            f"Training has not begun: {result.labels:,} of the first {result.awaited:,} labels are "
            f"there, and the agent has tried things out for {result.steps:,} steps."
        )
    so_far = "" if result.finished or result.total_steps is None else " so far"
    who = {
        "window": " from a person",
        "person": " from a simulated person",
        "synthetic": " from a simulated teacher",
    }
    text = (
        f"{result.algorithm} trained on {result.environment} for {result.steps:,} steps{so_far} "
        f"with {counted(result.labels, 'label')}{who.get(result.teacher, '')}"
    )
    if result.after is None:
        return text + "; no episode has ended yet."
    if result.before is None:
        return f"{text}: its true return is {number(result.after)}."
    change = f"from {number(result.before)} to {number(result.after)}"
    return f"{text}: its true return {_moved(result, change)}."


def _moved(result: Summary, change: str) -> str:
    before, after = result.before or 0.0, result.after or 0.0
    if result.moved:
        return f"{'rose' if result.moved > 0 else 'fell'} {change}"
    if abs(after - before) > MUCH * max(abs(before), abs(after)):
        return f"went {change}, which may be chance"
    return f"hardly moved, {change}"
