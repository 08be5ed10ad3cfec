"""The state of a window that has just been opened."""

from __future__ import annotations

import time
from pathlib import Path

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.overlays import ask_goal
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.state import Item, Screen, State
from rlhf_gym.window.ending.reader import EndingReader
from rlhf_gym.window.instructions import INSTRUCTION_VERSION
from rlhf_gym.window.loading.loader import read_status
from rlhf_gym.window.memory import recall

__all__ = ["first_state"]


def first_state(
    run: Path,
    store: FeedbackStore,
    annotator: str,
    with_practice: bool | None = None,
    since: float = 0.0,
) -> State:
    """The state of a window that has just been opened; ``since`` is as of `read_status`."""
    known, environment = recall(annotator), store.environment
    status = read_status(store, EndingReader(RunFolder(run), annotator), since)
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
        blind=_is_blind(run),
    )
    return ask_goal(state)[0] if state.asks_goal else state


def _is_blind(run: Path) -> bool:
    """Return whether the run was made for people who see no results, as its settings say."""
    try:
        return RunFolder(run).settings_table().get("blind") is True
    except ValueError:
        return False
