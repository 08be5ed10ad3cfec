"""Draws the clips of the practice pairs."""

from __future__ import annotations

import math
from collections.abc import Callable

import pygame

from rlhf_gym.labelling.practice import FPS, PAIRS, SIZE
from rlhf_gym.window.draw import draw_rod
from rlhf_gym.window.theme import Colour

__all__ = ["draw_practice"]

PAPER: Colour = (250, 250, 250)
INK: Colour = (40, 44, 54)
WOOD: Colour = (202, 152, 101)
GOAL: Colour = (0, 158, 115)
STEEL: Colour = (129, 132, 203)


def draw_practice(query: int, side: int, size: tuple[int, int]) -> list[pygame.Surface]:
    """Draw the frames of one practice clip as large as fits into ``size``.

    Args:
        query: the number of the practice pair, -1 to -3.
        side: 0 for the left clip, 1 for the right.
        size: width and height in pixels.
    """
    number = -query - 1
    scale = min(size[0] / SIZE[0], size[1] / SIZE[1])
    fitted = (max(1, round(SIZE[0] * scale)), max(1, round(SIZE[1] * scale)))
    frames = []
    for frame in range(PAIRS[number].frames[side]):
        canvas = pygame.Surface((SIZE[0] * 2, SIZE[1] * 2))
        canvas.fill(PAPER)
        _SCENES[number](canvas, side, frame / FPS)
        frames.append(pygame.transform.smoothscale(canvas, fitted))
    return frames


def _pole(canvas: pygame.Surface, side: int, t: float) -> None:
    tilt = 0.06 * math.sin(4 * t) if side == 0 else 0.05 * math.exp(3.9 * t)
    cart = 600 + 40 * math.sin(2 * t) if side == 0 else 600 + 60 * t
    tilt = min(tilt, math.pi / 2)
    pygame.draw.line(canvas, INK, (0, 620), (1200, 620), 4)
    pygame.draw.rect(canvas, INK, (cart - 90, 570, 180, 100), border_radius=14)
    foot = pygame.Vector2(cart, 585)
    tip = foot + pygame.Vector2(math.sin(tilt), -math.cos(tilt)) * 420
    draw_rod(canvas, WOOD, foot, tip, 26)
    pygame.draw.circle(canvas, STEEL, foot, 18)


def _ball(canvas: pygame.Surface, side: int, t: float) -> None:
    target = pygame.Vector2(930, 260)
    start = pygame.Vector2(260, 590)
    pygame.draw.circle(canvas, GOAL, target, 90, 14)
    if side == 1:
        ball = start + (target - start) * min(t / 1.3, 1.0)
    else:
        ball = start + pygame.Vector2(
            80 * math.sin(3 * t) + 60 * t, 60 * math.sin(4.5 * t) + 40 * t
        )
    pygame.draw.circle(canvas, INK, ball, 44)


def _pendulum(canvas: pygame.Surface, side: int, t: float) -> None:
    angle = 0.7 * math.sin(4 * t + 0.15 * side)
    pivot = pygame.Vector2(600, 170)
    bob = pivot + pygame.Vector2(math.sin(angle), math.cos(angle)) * 410
    draw_rod(canvas, (204, 77, 77), pivot, bob, 44)
    pygame.draw.circle(canvas, INK, pivot, 16)


_SCENES: tuple[Callable[[pygame.Surface, int, float], None], ...] = (_pole, _ball, _pendulum)
