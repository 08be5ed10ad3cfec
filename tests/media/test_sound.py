"""Clips that sound: drawn and heard from one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import FeedbackStore, HumanFeedback, Judgement, Preference, Query, make_vec_env
from rlhf_gym.clips.clip import Clip
from rlhf_gym.environments.lookup import environment_record
from rlhf_gym.envs.melody import TEMPO, notes_of
from rlhf_gym.envs.sound import RATE, Samples, melody_sound
from rlhf_gym.feedback.seals import ENVIRONMENT, seal
from rlhf_gym.media import draw_clips, encode, has_sound
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.reports.run import build_report
from rlhf_gym.window.loading.sound import decode_sound

PRIMING = 1024
"""Samples of silence with which AAC begins."""


def likeness(sound: Samples, heard: Samples) -> float:
    return float(np.corrcoef(sound, heard[PRIMING : PRIMING + len(sound)])[0, 1])


def clip_of(venv: VecEnv, length: int) -> Clip:
    """The last steps of 40 random ones in a feedback's buffer."""
    settings = FeedbackSettings(labels=4, clip_length=length, strategy="uniform")
    feedback = HumanFeedback("synthetic", settings=settings)
    wrapped = feedback.wrap(venv)
    wrapped.reset()
    rng = np.random.default_rng(0)
    for _ in range(40):
        wrapped.step(rng.integers(2, 17, size=1))
    return feedback.buffer.clip(feedback.buffer.positions(1, rng, drawable=True))


def test_a_video_carries_sound_and_one_without_is_silent(tmp_path: Path) -> None:
    frames = np.full((4, 32, 32, 3), 90, np.uint8)
    sound = melody_sound([(0, 1, 60), (1, 1, 67)], tempo=120)[:RATE]
    encode(frames, tmp_path / "heard.mp4", 4, sound)
    encode(frames, tmp_path / "silent.mp4", 4)
    assert likeness(sound, decode_sound(tmp_path / "heard.mp4")) > 0.98
    assert len(decode_sound(tmp_path / "silent.mp4")) == 0
    assert has_sound(tmp_path / "heard.mp4") and not has_sound(tmp_path / "silent.mp4")


def test_a_clip_of_a_tune_is_heard_as_it_was_composed(tmp_path: Path) -> None:
    venv = make_vec_env("rlhf/Melody-v1", 1, seed=0)
    clip = clip_of(venv, length=8)
    (tmp_path / "clips").mkdir()
    with FeedbackStore.create(
        tmp_path / "feedback.db", environment=environment_record(venv)
    ) as store:
        (query,) = store.add_queries([Query((clip, clip))])
        draw_clips(tmp_path, lambda: False, until_done=True)
        media = store.media(query.clips[0].id)
        assert media and media.frames == 8
    heard = decode_sound(tmp_path / media.path)
    seconds = 8 * 30 / TEMPO
    composed = melody_sound(notes_of(clip.actions.tolist()), TEMPO)[: round(seconds * RATE)]
    assert likeness(composed, heard) > 0.98
    assert seconds <= len(heard) / RATE < seconds + 0.1


def test_a_tune_that_a_report_draws_is_heard_in_it(tmp_path: Path) -> None:
    venv = make_vec_env("rlhf/Melody-v1", 1, seed=0)
    clip, environment = clip_of(venv, length=4), environment_record(venv)
    with FeedbackStore.create(tmp_path / "feedback.db", environment=environment) as store:
        (query,) = store.add_queries([Query((clip, clip))])
        store.record(Judgement(query.id, Preference.FIRST, "synthetic"))
    seal(tmp_path, ENVIRONMENT, environment.spec_json.encode())
    text = build_report(tmp_path).read_text(encoding="utf-8")
    assert text.count('data-sound="true"') == 2
