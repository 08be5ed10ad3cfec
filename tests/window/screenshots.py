"""Draws every state of the window from real clips: python tests/window/screenshots.py OUT."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import gymnasium as gym
import numpy as np
import pygame
from states import states

from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.state import Pair
from rlhf_gym.window.practice import draw_practice
from rlhf_gym.window.view import Pictures, Pointer, draw

SIZES = ((500, 300), (800, 600), (1280, 800), (3840, 2160))
LENGTH = 75


def clip(seed: int, balance: bool) -> tuple[list[pygame.Surface], int | None]:
    """Frames of CartPole, and the one at which it ended; later ones repeat it."""
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    observation, _ = env.reset(seed=seed)
    frames: list[pygame.Surface] = []
    ended: int | None = None
    for step in range(LENGTH):
        frames.append(pygame.surfarray.make_surface(np.swapaxes(np.asarray(env.render()), 0, 1)))
        if ended is None:
            upright = int(observation[2] + 0.4 * observation[3] > 0)
            observation, _, terminated, _, _ = env.step(upright if balance else 1)
            ended = step + 1 if terminated else None
    env.close()
    return frames, ended


def pictures(pair: Pair, shown: tuple[list[pygame.Surface], list[pygame.Surface]]) -> Pictures:
    """The frames of ``pair`` and of the practice pairs."""
    practice = {
        p.query: (draw_practice(p.query, 0, (900, 600)), draw_practice(p.query, 1, (900, 600)))
        for p in PAIRS
    }
    return {pair.query: shown, **practice}


def main(folder: Path) -> None:
    """Write one PNG a state and size."""
    (left, left_ended), (right, right_ended) = clip(5, balance=False), clip(11, balance=True)
    pygame.display.init()  # after the environments: closing one of them quits pygame
    folder.mkdir(parents=True, exist_ok=True)
    ended = ("fell" if left_ended else None, "fell" if right_ended else None)
    pair = Pair(1, 0, (1, 2), (LENGTH, LENGTH), 50.0, ended, (left_ended, right_ended))
    frames_of = pictures(pair, (left, right))
    for size in SIZES:
        surface = pygame.Surface(size)
        for name, state in states(pair).items():
            pointer = Pointer((size[0] // 2, size[1] // 2)) if name == "paused" else Pointer()
            draw(surface, state, frames_of, pointer)
            pygame.image.save(surface, folder / f"{name}_{size[0]}x{size[1]}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
