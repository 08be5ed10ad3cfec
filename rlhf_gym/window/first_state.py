"""The state of a window that has just been opened."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.overlays import ask_goal
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.state import Item, Screen, State
from rlhf_gym.window.ending.reader import EndingReader
from rlhf_gym.window.loading.loader import read_status
from rlhf_gym.window.memory import recall
from rlhf_gym.window.overlays.instructions import INSTRUCTION_VERSION

__all__ = ["first_state"]


def first_state(
    run: Path,
    store: FeedbackStore,
    annotator: str,
    with_practice: bool | None = None,
    since: float = 0.0,
) -> State:
    """The state of a window that has just been opened; ``since`` is as of `read_status`."""
    known, environment, settings = recall(annotator), store.environment, _settings_of(run)
    status = read_status(store, EndingReader(RunFolder(run), annotator), since, annotator)
    practises = with_practice
    if practises is None:
        practises = not known.practised and status.wants_answers
    now = time.monotonic()
    state = State(
        annotator=annotator,
        instruction=INSTRUCTION_VERSION,
        environment=environment.env_id,
        goal=environment.goal,
        tie_breaker=environment.tie_breaker,
        items=tuple(Item(pair) for pair in PAIRS) if practises else (),
        overlay=Screen.HELP if practises else None,
        now=now,
        appeared=now,
        speed=known.speed,
        scale=known.scale,
        strip=known.strip,
        practised=known.practised,
        status=status,
        run=str(run),
        blind=settings.get("blind") is True,
        never_waits=settings.get("wait") is False,
    )
    return ask_goal(state)[0] if state.asks_goal else state


def _settings_of(run: Path) -> dict[str, Any]:
    """Return the settings of a run, as far as they can be read."""
    try:
        return RunFolder(run).settings_table()
    except ValueError:
        return {}
