"""Clips show what was there, also what is drawn and not observed, or they are filmed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hidden_things import RED, Line, Thing

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.environments.lookup import spec_json
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.media import draw


@pytest.mark.parametrize(
    ("hidden", "kind"),
    [
        ("still", "state"),
        ("goal", "episode"),
        ("side", "episode"),
        ("wing", "camera"),
        ("wind", "camera"),
    ],
)
def test_what_is_not_drawn_again_as_it_was_is_redone_from_the_reset_or_filmed(
    hidden: str, kind: str
) -> None:
    venv = make_vec_env(Line, 2, env_kwargs={"hidden": hidden}, horizon=40)
    assert venv.get_attr("snapshot_kind") == [kind] * 2


def test_what_only_this_process_knows_is_filmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "level", Thing(30))
    venv = make_vec_env(Line, env_kwargs={"hidden": "level"}, horizon=40)
    assert venv.get_attr("snapshot_kind") == ["camera"]


def test_clips_show_a_goal_where_it_was() -> None:
    venv: Any = make_vec_env(Line, 1, seed=3, env_kwargs={"hidden": "goal"}, horizon=40)
    feedback = HumanFeedback("synthetic", labels=4, settings={"clip_length": 5})
    env = feedback.wrap(venv)
    env.reset()
    goals = []
    for number in range(90):
        goals.append(venv.envs[0].unwrapped.thing.place)
        env.step(np.array([number % 3]))
    for first in (0, 35, 60, 83):
        place = Positions(np.array([0]), np.array([first]), np.array([5]))
        frame = draw(feedback.buffer.clip(place), spec_json(venv))[0]
        assert np.flatnonzero((frame[0] == RED).all(1)).tolist() == [goals[first]]


def test_what_is_made_to_draw_and_cannot_be_drawn_again_is_filmed_from_the_start() -> None:
    kwargs = {"hidden": "wing", "render_mode": "rgb_array"}
    venv = make_vec_env(Line, 2, env_kwargs=kwargs, horizon=40)
    venv.reset()
    first, second = venv.step(np.zeros(2, int))[3]
    assert notes_of(first).frame is not None and notes_of(second).frame is None
