"""Opening the window on a desktop, and saying what to do where that is impossible."""

from __future__ import annotations

import os
import sys

import pygame

from rlhf_gym.clips.rendering import display_is_named
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["NoDisplay", "WrongPygame", "check_pygame", "icon", "open_display", "set_full_screen"]

SMALLEST = (640, 400)


class NoDisplay(RuntimeError):
    """There is no screen to open a window on."""


class WrongPygame(ImportError):
    """The installed pygame is not pygame-ce."""


def check_pygame() -> None:
    """Raise `WrongPygame` unless the package `pygame` is the community edition."""
    if not getattr(pygame, "IS_CE", False):
        raise WrongPygame(
            "the window needs pygame-ce, but the edition `pygame` is installed over it. Repair it "
            "with: pip uninstall -y pygame pygame-ce && pip install pygame-ce"
        )


def open_display() -> None:
    """Start pygame's display and nothing else: sound would only warn.

    Raises:
        NoDisplay: there is no screen; the message says what to do.
        WrongPygame: the other edition of pygame is installed.
    """
    check_pygame()
    # Set and not only defaulted: on import pygame has put the script's name there.
    os.environ["SDL_VIDEO_X11_WMCLASS"] = os.environ["SDL_VIDEO_WAYLAND_WMCLASS"] = "rlhf-gym"
    if sys.platform == "linux":
        # SDL would push each frame through OpenGL, which costs more than the window itself where
        # that is software (remote and virtual desktops), and takes it from the trainer.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    chosen = "SDL_VIDEODRIVER" in os.environ
    try:
        if sys.platform == "linux" and not (chosen or display_is_named()):
            raise pygame.error("neither DISPLAY nor WAYLAND_DISPLAY is set")
        pygame.display.init()
        found = pygame.display.get_driver()
        if not chosen and found in ("dummy", "offscreen"):
            raise pygame.error(f"only the driver {found!r} works")
    except pygame.error as error:
        raise NoDisplay(
            f"no window can be opened here ({error}). On a remote machine connect with `ssh -X`, "
            "or label on your own one: copy the run folder and call `rlhf-gym label RUN`. Inside a "
            "container pass DISPLAY and the X11 socket. Without a person, train with "
            "`--teacher synthetic`."
        ) from error


def set_full_screen(on: bool, windowed: tuple[int, int]) -> pygame.Surface:
    """Fill the screen, or go back to a window of the size ``windowed``."""
    if on:
        return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
    return pygame.display.set_mode(windowed, pygame.RESIZABLE)


def icon() -> pygame.Surface:
    """The window's sign: the two clips."""
    surface = pygame.Surface((64, 64), pygame.SRCALPHA)
    canvas = Canvas(surface, 1.0)
    canvas.panel(pygame.Rect(2, 12, 28, 40), theme.LEFT, 7)
    canvas.panel(pygame.Rect(34, 12, 28, 40), theme.RIGHT, 7)
    canvas.shape("left", (16, 32), 18, theme.SUNKEN)
    canvas.shape("right", (48, 32), 18, theme.SUNKEN)
    return surface
