"""Draws the live numbers along the lower edge."""

from __future__ import annotations

import pygame

from rlhf_gym.basics.words import number
from rlhf_gym.feedback.agreement import is_guessing
from rlhf_gym.feedback.rounds import TELLING_LABELS
from rlhf_gym.labelling.process import process_line
from rlhf_gym.labelling.state import Choice, Screen, State
from rlhf_gym.labelling.summary import seconds_per_label
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["draw_status"]


def draw_status(canvas: Canvas, box: pygame.Rect, state: State) -> None:
    """Draw labels on the left and the agent on the right; what does not fit is left out."""
    px = canvas.px
    canvas.surface.fill(theme.SUNKEN, box)
    canvas.surface.fill(theme.LINE, (box.left, box.top, box.width, px(1)))
    x = _count(canvas, box, box.left + px(16), state)
    if state.unsaved:
        x = _pair(canvas, box, x, f"{len(state.unsaved)}", "not saved", theme.LEFT)
    elif state.answered or state.changes:
        canvas.shape("tick", (x + px(7), box.centery), 14, theme.RIGHT)
        x = _pair(canvas, box, x + px(19), "", _saved(state))
    pace = seconds_per_label(state)
    if pace is not None:
        x = _pair(canvas, box, x, f"{pace:.1f} s", "per label")
    right = box.right - px(16)
    for value, caption in _agent(state):
        width = _width(canvas, value, caption)
        if right - width < x:
            break
        _pair(canvas, box, right - width, value, caption)
        right -= width + px(22)


def _saved(state: State) -> str:
    """Say that the last answer is saved, and why it is no label if it is none."""
    if not state.answered:
        return "saved"
    last = state.answered[-1]
    if last.pair.purpose == "repeat":
        return "saved as quality check, no label"
    if last.choice is Choice.CANNOT_TELL:
        return "saved, no label"
    return "saved"


def _count(canvas: Canvas, box: pygame.Rect, x: int, state: State) -> int:
    """Draw how many labels are given, or answers reviewed; return where the next may begin."""
    px, status = canvas.px, state.status
    done, total, caption = status.labels, status.budget, "labels"
    if state.review is not None:
        done, total, caption = state.index, state.review, "reviewed"
    if total:
        bar = pygame.Rect(x, 0, min(px(150), box.width // 6), px(8))
        bar.centery = box.centery
        canvas.bar(bar, done / total, theme.BRIGHT, theme.LINE)
        if status.trainer == "first labels" and state.review is None:
            # a notch where training starts
            at = bar.left + round(bar.width * min(status.awaited / total, 1.0))
            canvas.surface.fill(theme.RIGHT, (at, bar.top - px(4), px(2), bar.height + px(8)))
        x = bar.right + px(12)
    return _pair(canvas, box, x, f"{done:,}" + (f" of {total:,}" if total else ""), caption)


def _agent(state: State) -> list[tuple[str, str]]:
    """Return value and caption of each of the trainer's figures, the most important first."""
    status = state.status
    figures = [("", process_line(state))]
    if status.gone:
        return figures
    if status.total_steps:
        figures.append((f"{status.agent_step:,} of {status.total_steps:,}", "agent steps"))
    elif status.agent_step:
        figures.append((f"{status.agent_step:,}", "agent steps"))
    if state.base is Screen.ENDING:  # the page says what the agent is worth now
        return figures
    if status.true_return is not None and not state.blind:
        figures.append((number(status.true_return), "true return"))
    if status.accuracy is not None and not state.blind:
        answers = max(status.labels, TELLING_LABELS)  # with fewer, no accuracy is told
        guesses = is_guessing(status.accuracy, answers)
        hardly = ", hardly more than by guessing" if guesses else ""
        figures.append((f"{status.accuracy:.0%}", f"reward model right{hardly}"))
    return figures


def _width(canvas: Canvas, value: str, caption: str) -> int:
    gap = canvas.px(6) if value else 0
    return canvas.width_of(value, 14, True) + gap + canvas.width_of(caption, 13) + 2


def _pair(
    canvas: Canvas,
    box: pygame.Rect,
    x: int,
    value: str,
    caption: str,
    colour: theme.Colour = theme.BRIGHT,
) -> int:
    """Draw a bright value and its caption; return the x at which the next one may begin."""
    px = canvas.px
    if value:
        width = canvas.width_of(value, 14, True)
        canvas.text(value, pygame.Rect(x, box.top, width, box.height), 14, colour, bold=True)
        x += width + px(6)
    width = canvas.width_of(caption, 13)
    canvas.text(caption, pygame.Rect(x, box.top, width, box.height), 13, theme.MUTED)
    return x + width + px(22)
