"""Melody: compose a tune of eight bars over given chords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.melody_picture import draw_melody
from rlhf_gym.envs.melody_taste import (
    BAR,
    FIRST,
    PITCHES,
    STEPS,
    TASTE,
    WIDTH,
    TuneContext,
    fits,
    heard,
    is_struck,
    kind_of,
    observe,
    sounds,
)
from rlhf_gym.envs.screen import DrawnEnv, Frame
from rlhf_gym.envs.sound import RATE, Loudspeaker, Note, Samples, melody_sound

__all__ = ["Melody", "notes_of"]

Observation = npt.NDArray[np.float32]

TEMPO = 120
"""Tempo in quarter notes per minute."""
_STARTS = (0, 2, 4, 7, 9, 11)
"""Pitches of the chord of C, one of which counts as the note before the tune."""
_TASTE = tuple(map(float, TASTE))
_WHITE_KEYS = (0, 2, 4, 5, 7, 9, 11)
_MIDDLE_C = 60


class Melody(DrawnEnv[Observation, "np.int64 | int"]):
    """Compose a tune of eight bars over given chords.

    Each step is an eighth note of a tune in C major over one chord a bar: C, A minor, F, G, C,
    A minor, G, C. The agent observes the place in the tune, its last notes and the chord as
    ``(76,)`` float32. Its action is silence, to let the last note sound on, or to strike one of 15
    notes. The reward, 1 for each eighth at which a note of the chord sounds, is a textbook's rule
    and makes dull tunes. Episodes are truncated after 64 steps and never terminated.

    ## Action space
    ``Discrete(17)``

    | action | meaning |
    |---|---|
    | 0 | silence |
    | 1 | the last note sounds on |
    | 2 to 16 | strike a note: the white keys from C4 to C6 |

    ## Observation space
    ``Box(0, 1, (76,))`` float32:

    | index | quantity |
    |---|---|
    | 0 to 15 | the eighth of the bar, and the bar, one-hot |
    | 16 to 45 | the last two notes that were struck, one-hot |
    | 46 to 52 | the interval between them, from -3 keys or less to 3 or more, one-hot |
    | 53 to 55 | whether a note sounds; notes struck in this bar / 8; whether this bar has had the rhythm of the bar two before |
    | 56 to 58 | the action at this place two bars before, one-hot: silence, sounding on, struck |
    | 59 to 60 | whether the last eighth was in its chord; whether the last note was neither of the two before |
    | 61 to 75 | which of the 15 keys belong to the current chord |

    ## A listener's taste
    ``info["probe"]``, which evaluation counts, is what a listener likes: small steps, resolved and
    narrow leaps, fresh notes, the chord's notes on strong beats, three to six notes a bar, a rhythm
    that returns, and a C at the end. `rlhf_gym.envs.melody_taste` defines it; the agent has to
    learn it from answers.

    ## Start
    The tune is empty; the note that counts as struck before it is drawn from the chord of C.

    ## Source
    Made for rlhf-gym.

    >>> env = Melody()
    >>> observation, info = env.reset(seed=0)
    >>> observation, reward, _, _, info = env.step(2)
    >>> observation.shape, reward
    ((76,), 1.0)
    """  # noqa: E501

    metadata = {
        **DrawnEnv.metadata,
        "render_fps": 4,  # eighths per second
        "drawn_after": True,
        "probe": "points for what the listener likes",
        "naive_reward": "notes that belong to the chord",
        "goal": "Compose a tune that you would like to hear again.",
        "tie_breaker": (
            "If both are alike, prefer the one that moves in small steps, does not repeat itself "
            "note by note, has a rhythm and comes home to C at the end."
        ),
        "keys_to_action": {
            "": 1,
            "space": 0,
            **{key: FIRST + pitch for pitch, key in enumerate("asdfghjkqwertyu")},
        },
        "sound": True,
        "keys": "A to K and Q to U notes from low to high, space a rest, nothing: it sounds on",
    }

    def __init__(self, render_mode: str | None = None) -> None:
        """Make the environment; in mode ``"human"`` it is heard too, if there is a device."""
        super().__init__(render_mode)
        self.loudspeaker = Loudspeaker()
        self.action_space = gym.spaces.Discrete(FIRST + PITCHES)
        self.observation_space = gym.spaces.Box(0, 1, (WIDTH,), np.float32)
        self.actions: list[int] = []
        self.kinds: list[int] = []
        self.last = self.before = self.strikes = 0
        self.sounding = self.alike = False
        self.pleased = (False, False)
        """Whether the last eighth was in its chord, and its note fresh; see `observe`."""

    def _begin(self) -> None:
        self.actions, self.kinds = [], []
        self.last = self.before = _STARTS[self.np_random.integers(len(_STARTS))]
        self.strikes, self.sounding, self.alike = 0, False, False
        self.pleased = (False, False)

    def _take(self, action: np.int64 | int) -> tuple[float, dict[str, Any]]:
        action, moment = self._checked(action), self._moment()
        liked = heard(moment, action)
        pitch = sounds(moment, action)
        fitting = pitch is not None and fits(pitch, moment.step)
        self._write(moment, action)
        self.pleased = (fitting, bool(liked[2]))
        if self.render_mode == "human" and is_struck(action):
            self.loudspeaker.play(melody_sound(notes_of([action]), TEMPO))
        taste = sum(weight * value for weight, value in zip(_TASTE, liked, strict=True))
        return float(fitting), {"probe": taste}

    def _observe(self) -> Observation:
        return observe(self._moment(), self.pleased)

    def sound(self, steps: int = STEPS) -> Samples:
        """Return the sound of the last steps, exactly as long as they last."""
        actions = self.actions[-steps:]
        samples = np.zeros(round(len(actions) * 30 / TEMPO * RATE), np.int16)
        heard = melody_sound(notes_of(actions), TEMPO)[: len(samples)]
        samples[: len(heard)] = heard
        return samples

    def close(self) -> None:
        """Close the window and the sound device."""
        super().close()
        self.loudspeaker.close()

    def _draw(self) -> Frame:
        return draw_melody(self.actions)

    def _moment(self) -> TuneContext:
        step = min(len(self.actions), STEPS - 1)
        echo = self.kinds[step - 2 * BAR] if step >= 2 * BAR else -1
        return TuneContext(
            step, self.last, self.before, self.sounding, self.strikes, self.alike, echo
        )

    def _write(self, moment: TuneContext, action: int) -> None:
        kind = kind_of(action, moment.sounding)
        self.actions.append(action)
        self.kinds.append(kind)
        self.sounding = kind > 0
        if is_struck(action):
            self.before, self.last = self.last, action - FIRST
            self.strikes += 1
        self.alike = self.alike and moment.echo == kind
        if len(self.actions) % BAR == 0:
            self.strikes, self.alike = 0, len(self.actions) >= 2 * BAR


def notes_of(actions: Sequence[int]) -> list[Note]:
    """Return the notes of a tune: begin and length in quarters, and MIDI pitch.

    >>> notes_of([2, 1, 0, 4])  # C for a quarter, silence for an eighth, E for an eighth
    [(0.0, 1.0, 60), (1.5, 0.5, 64)]
    """
    notes: list[Note] = []
    sounding = False
    for step, action in enumerate(actions):
        kind = kind_of(action, sounding)
        if kind == 2:
            octave, key = divmod(action - FIRST, len(_WHITE_KEYS))
            notes.append((step / 2, 0.5, _MIDDLE_C + 12 * octave + _WHITE_KEYS[key]))
        elif kind == 1:
            begin, length, pitch = notes[-1]
            notes[-1] = begin, length + 0.5, pitch
        sounding = kind > 0
    return notes
