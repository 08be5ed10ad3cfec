"""Melody: what is written, paid, liked and heard, by tunes that were worked out by hand."""

from __future__ import annotations

import os
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest

from rlhf_gym.envs.melody import Melody, notes_of
from rlhf_gym.envs.melody_picture import draw_melody
from rlhf_gym.envs.melody_taste import FEATURES, STEPS, TASTE, TuneContext, features, heard
from rlhf_gym.envs.sound import RATE, Loudspeaker, melody_sound, write_wav

REST, HOLD, C, D, E, F, G, A, B, HIGH_C = range(10)


def written(actions: list[int], start: int = 0) -> list[tuple[float, dict[str, float]]]:
    """Reward and info of each step, behind a note that counts as struck before."""
    env = Melody()
    env.reset(seed=0)
    env.last = env.before = start
    return [(float(step[1]), step[4]) for step in map(env.step, actions)]


def named(moment: TuneContext, action: int) -> set[str]:
    """The features that are there."""
    return {name for name, value in zip(FEATURES, heard(moment, action), strict=True) if value}


def test_the_rule_pays_notes_of_the_chord_struck_or_held_and_nothing_else() -> None:
    rewards = [reward for reward, _ in written([C, HOLD, D, HOLD, REST, HOLD, E, HIGH_C])]
    assert rewards == [1, 1, 0, 0, 0, 0, 1, 1]


def test_a_bar_of_one_note_is_liked_for_its_two_strong_beats_only() -> None:
    liked = [info["probe"] for _, info in written([C] * 8)]
    assert liked == [2, 0, 0, 0, 2, 0, 0, 0]


def test_a_bar_in_small_steps_with_a_rhythm_is_liked_better() -> None:
    liked = [info["probe"] for _, info in written([E, HOLD, D, HOLD, C, HOLD, D, HOLD])]
    # E: smooth, fresh, sweet; D: on a weak beat; C: as E; D again: not fresh; then the rhythm
    assert liked == [3, 0, 1, 0, 3, 0, 0.5, 3]


@pytest.mark.parametrize(
    ("last", "before", "action", "expected"),
    [
        (0, 0, D, {"smooth", "fresh"}),
        (0, 0, F, {"fresh"}),  # three keys are a leap
        (0, 0, G, {"fresh"}),
        (0, 0, A, {"fresh", "wide"}),
        (3, 0, E, {"smooth", "fresh"}),  # turns back behind a leap
        (3, 0, G, {"fresh"}),  # goes on in its direction
        (1, 0, C, {"smooth"}),  # a trill
        (0, 1, REST, set()),
    ],
)
def test_ways_from_note_to_note(last: int, before: int, action: int, expected: set[str]) -> None:
    assert named(TuneContext(1, last, before), action) == expected


def test_a_rhythm_that_returns_is_heard_at_the_end_of_its_bar() -> None:
    bar = [C, HOLD, D, HOLD, E, HOLD, D, HOLD]
    other = [C, D, E, HOLD, D, REST, C, HOLD]
    tune = written([*bar, *other, *bar, *other])
    ends = [info["probe"] for _, info in tune[7::8]]
    assert ends == [3, 3, 6, 6]
    changed = written([*bar, *other, *other])
    assert changed[23][1]["probe"] == 3


def test_a_tune_comes_home_on_c() -> None:
    assert named(TuneContext(STEPS - 1, 1, 2), C) >= {"home"}
    assert "home" not in named(TuneContext(STEPS - 1, 1, 2), D)
    assert "home" in named(TuneContext(STEPS - 1, 7, 2, sounding=True), HOLD)


def test_features_of_what_was_seen_and_done_give_the_listeners_taste() -> None:
    env, rng = Melody(), np.random.default_rng(0)
    for seed in range(3):
        observations, actions, liked = [env.reset(seed=seed)[0]], [], []
        for _ in range(STEPS):
            actions.append(int(rng.choice([HOLD, REST, *range(2, 17)], p=[0.4, *[0.6 / 16] * 16])))
            observation, _, _, _, info = env.step(actions[-1])
            observations.append(observation)
            liked.append(info["probe"])
        found = features(np.array(observations[:-1]), np.array(actions)) @ TASTE
        assert found.tolist() == liked


def test_a_held_note_is_one_note_and_holding_silence_is_silence() -> None:
    assert notes_of([HOLD, C, HOLD, REST, HOLD, HIGH_C]) == [(0.5, 1.0, 60), (2.5, 0.5, 72)]


def test_a_tone_has_its_pitch_and_lasts_as_long_as_told() -> None:
    sound = melody_sound([(0, 1, 69)], tempo=60)
    assert sound.dtype == np.int16 and len(sound) == round(1.08 * RATE)
    spectrum = np.abs(np.fft.rfft(sound[:RATE].astype(float)))
    assert spectrum.argmax() == 440
    assert sound[0] == 0 and abs(int(sound[-1])) < 50 and np.abs(sound).max() > 3000
    assert len(melody_sound([], tempo=60)) == 0
    with pytest.raises(ValueError, match="more than 0 beats"):
        melody_sound([], tempo=0)


def test_a_tune_is_written_as_a_file(tmp_path: Path) -> None:
    env = Melody()
    env.reset(seed=0)
    for action in (C, HOLD, E, G):
        env.step(action)
    write_wav(tmp_path / "tune.wav", env.sound())
    with wave.open(str(tmp_path / "tune.wav")) as file:
        assert file.getframerate() == RATE and file.getnchannels() == 1
        assert file.getnframes() == round(4 * 0.25 * RATE)


def test_it_is_silent_where_there_is_no_sound_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rlhf_gym.envs.sound._open_mixer", lambda: None)
    loudspeaker = Loudspeaker()
    loudspeaker.play(melody_sound([(0, 1, 60)], 120))
    loudspeaker.close()


def test_a_missing_device_is_told_by_play_and_by_no_line_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        os.write(2, b"ALSA lib confmisc.c:855:(parse_card) cannot find card '0'\n")
        raise pygame.error("no audio device")

    monkeypatch.setattr(pygame.mixer, "init", fails)
    assert not Loudspeaker().play(melody_sound([(0, 1, 60)], 120))
    os.write(2, b"later messages are shown\n")
    assert capfd.readouterr().err == "later messages are shown\n"


def test_it_is_played_in_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    played: list[Any] = []
    monkeypatch.setattr(Loudspeaker, "play", lambda self, samples: played.append(samples))
    env = Melody(render_mode="human")
    env.reset(seed=0)
    for action in (C, HOLD, E):
        env.step(action)
    env.close()
    assert len(played) == 2


def test_each_note_is_drawn_where_it_stands() -> None:
    empty, one = draw_melody([REST]), draw_melody([C])
    changed = np.argwhere((empty != one).any(axis=2))
    assert changed[:, 0].min() >= 118 and changed[:, 0].max() <= 134  # about C4's ledger line
    assert draw_melody([C] * STEPS).shape == (320, 600, 3)


def test_a_wrong_action_is_named() -> None:
    env = Melody()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="0 to 16, not 17"):
        env.step(17)
