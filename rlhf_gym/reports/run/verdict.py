"""Say in plain words what a run achieved, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import counted, number
from rlhf_gym.feedback.agreement import Share, self_agreement
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.reports.html import Verdict
from rlhf_gym.results.answers import AnswerLog, answer_shares, side_bias
from rlhf_gym.runs.records import RunRecord
from rlhf_gym.runs.summary import GUESSING, Summary, headline, summary_of

__all__ = ["judge", "summarise"]

FEW_LABELS = 20
GOOD_ACCURACY = 0.75
POOR_ACCURACY = 0.6
GOOD_CORRELATION = 0.7
POOR_CORRELATION = 0.3


def summarise(run: RunRecord, log: AnswerLog) -> Summary:
    """Collect the most important numbers of a run; before training has begun, none is measured."""
    result = summary_of(run, log.labels, log.env_id)
    result = replace(result, steps=max(result.steps, log.agent_step))  # logged only now and then
    if not log.awaited:
        return result
    return replace(
        result, awaited=log.awaited, before=None, after=None, accuracy=None, correlation=None
    )


def judge(result: Summary, run: RunRecord, log: AnswerLog) -> Verdict:
    """Judge a run in words."""
    warnings = (
        *_about_the_end(result, run, log),
        *_about_the_agent(result, run),
        *_about_the_model(result),
        *_about_the_measures(result, run),
        *_about_the_answers(log),
        *run.unreadable,
        *([log.problem] if log.problem else []),
    )
    level = _level(result)
    return Verdict(headline(result), _trust(result, level), level, warnings)


def _level(result: Summary) -> str:
    if result.after is None or result.before is None or result.accuracy is None:
        return "unknown"
    accuracy, correlation = result.telling_accuracy, result.telling_correlation
    wrong = correlation is not None and correlation < POOR_CORRELATION
    if result.moved < 0 or wrong:
        return "poor"
    if accuracy is None:
        return "unknown"
    if accuracy < POOR_ACCURACY:
        return "poor"
    right = correlation is None or correlation >= GOOD_CORRELATION
    enough = result.labels >= FEW_LABELS and result.finished and result.evaluated
    good = right and enough and result.moved and accuracy >= GOOD_ACCURACY and not result.too_sure
    return "good" if good else "mixed"


def _trust(result: Summary, level: str) -> str:
    facts = []
    if result.accuracy is not None:
        of = "" if result.held_out is None else f"{result.held_out:,} "
        but = " but is too sure of itself" if result.too_sure else ""
        facts.append(f"the reward model predicts {result.accuracy:.0%} of {of}held-out labels{but}")
    if result.correlation is not None:
        facts.append(f"learned and true return correlate at {number(result.correlation)}")
    if result.after is not None and not result.evaluated:
        facts.append("the return is from training, not from evaluation episodes")
    opening = {
        "good": "The reward can be trusted on what this agent does",
        "mixed": "Trust it with care",
        "poor": "Do not trust this reward",
        "unknown": "It is too early to trust anything",
    }[level]
    return f"{opening}: {', '.join(facts)}." if facts else f"{opening}: nothing is measured yet."


def _about_the_end(result: Summary, run: RunRecord, log: AnswerLog) -> Iterator[str]:
    if not result.total_steps or result.finished or run.folder.is_held:
        return
    share = result.steps / result.total_steps
    how_far = f"{result.steps:,} of {result.total_steps:,} steps ({share:.0%})"
    go_on = f"{program()} train --resume {run.folder.path}"
    if log.failure:
        yield f"Failed after {how_far}: {log.failure.rstrip('.')}. Once mended, go on with: {go_on}"
    else:
        yield f"Unfinished: {how_far}. Continue with: {go_on}"


def _about_the_agent(result: Summary, run: RunRecord) -> Iterator[str]:
    if result.after is not None and result.before is None and run.evaluation.before:
        yield (
            "The true return at the start was measured in another way (actions "
            f"{run.evaluation.actions_before}) than that at the end ({run.evaluation.actions}), so "
            f"they are not compared; measure both alike with: {program()} evaluate "
            f"{run.folder.path} --sampled"
        )
    if result.before is None or result.after is None:
        return
    if result.moved < 0:
        accurate = (result.telling_accuracy or 0.0) >= GOOD_ACCURACY
        why = (
            " although the reward model's accuracy is high. The agent has probably left the states "
            "that were labelled; ask for labels of what it does now."
            if accurate
            else ". There were too few answers, or they do not say reliably what is wanted: look "
            f"at them again, or give more ({program()} train --resume {run.folder.path} --labels N "
            "--steps N)."
        )
        yield f"Collapse: the true return fell below where it started{why}"
    elif not result.moved and result.finished:
        yield "The agent did not get better: its gain or loss may be chance."
    elif result.best is not None and result.lost:
        yield (
            f"The true return was {number(result.best)} at its best and has fallen to "
            f"{number(result.after)}: the learned reward drifted from the true one."
        )


def _about_the_model(result: Summary) -> Iterator[str]:
    if result.awaited:
        return
    if 0 < result.labels < FEW_LABELS:
        yield f"Only {result.labels} labels: the accuracy rests on a handful of held-out ones."
    elif result.few_held_out:
        held_out = counted(result.held_out or 0, "held-out label")
        yield f"Only {held_out}: too few to judge the reward model by."
    accuracy, correlation = result.telling_accuracy, result.telling_correlation
    if accuracy is not None and accuracy < POOR_ACCURACY:
        how = "close to" if accuracy > 1 - POOR_ACCURACY else "worse than"
        yield f"Held-out accuracy is {accuracy:.0%}, {how} guessing (50%)."
    elif accuracy is not None and result.misjudges_itself:
        ranks = "ranks well" if accuracy >= GOOD_ACCURACY else "ranks better than by guessing"
        sure, advice = (
            ("is too sure of itself", "Rely on the order of its rewards more than on their size.")
            if result.too_sure
            else ("is less sure than it could be", "More labels, or more fitting, may help.")
        )
        yield (
            f"The reward model {ranks}, but {sure}: its cross-entropy is "
            f"{result.cross_entropy:.2f}, where guessing costs {GUESSING:.2f} and its accuracy "
            f"allows {result.accurate_cross_entropy:.2f}. {advice}"
        )
    if correlation is not None and correlation < POOR_CORRELATION:
        opposed = correlation <= -POOR_CORRELATION
        how = "point in opposite directions" if opposed else "hardly agree"
        yield (
            f"Learned and true return {how} (correlation {number(correlation)}): "
            "the agent maximises something other than what was meant."
        )


def _about_the_measures(result: Summary, run: RunRecord) -> Iterator[str]:
    if result.accuracy is not None and result.dated:
        had = run.latest("labels")
        yield (
            f"The reward model was measured when it had {had:.0f} of its {result.labels} labels, "
            "and not since: its accuracy and correlation are those of then."
        )


def _about_the_answers(log: AnswerLog) -> Iterator[str]:
    bias, again = side_bias(log.answers), self_agreement(log.answers)
    if _clear(bias, 0.5):
        side = "left" if bias.value > 0.5 else "right"
        chosen = bias.value if bias.value > 0.5 else 1 - bias.value
        yield (
            f"The {side} clip was chosen in {chosen:.0%} of {bias.total} choices, where 50% is "
            "expected, since the sides are drawn by lot: this may be a habit."
        )
    given = [answer.judgement for answer in log.answers if answer.judgement.response_seconds]
    hasty = Share(sum(not judgement.full_pass for judgement in given), len(given))
    if hasty.total >= 10 and hasty.value > 0.3:
        yield f"{hasty.value:.0%} of the answers were given before both clips had been played once."
    if again.total >= 5 and again.value < 0.8:
        yield f"Repeated pairs got the same answer only {again.value:.0%} of the time."
    unsure = answer_shares(log.answers)[Preference.CANNOT_TELL]
    if unsure.total >= 10 and unsure.value > 0.3:
        yield f'{unsure.value:.0%} of the answers are "cannot tell": the clips may be too short.'


def _clear(share: Share, expected: float) -> bool:
    low, high = share.interval
    return share.total > 0 and not low <= expected <= high
