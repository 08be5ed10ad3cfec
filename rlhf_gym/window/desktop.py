"""Opens a window on a desktop, or says what to do where that is impossible."""

from __future__ import annotations

import os
import sys

import pygame

from rlhf_gym.basics.display import NoDisplay, WrongPygame, check_display
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["fitting_size", "icon", "open_display", "open_window", "set_full_screen"]

SMALLEST = (640, 400)


def open_display() -> None:
    """Start pygame's display, and not its sound, which would only warn.

    Raises:
        NoDisplay: there is no screen; the message says what to do.
        WrongPygame: the other edition of pygame is installed.
    """
    if not getattr(pygame, "IS_CE", False):
        raise WrongPygame("another edition of pygame is installed")
    # Set, not only defaulted: importing pygame has put the script's name there.
    os.environ["SDL_VIDEO_X11_WMCLASS"] = os.environ["SDL_VIDEO_WAYLAND_WMCLASS"] = "rlhf-gym"
    if sys.platform == "linux":
        # SDL would push each frame through OpenGL, which costs more than the window itself where
        # that is software (remote and virtual desktops), and takes it from the trainer.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    check_display()
    chosen = "SDL_VIDEODRIVER" in os.environ
    try:
        pygame.display.init()
        found = pygame.display.get_driver()
        if not chosen and found in ("dummy", "offscreen"):
            raise pygame.error(f"only the driver {found!r} works")
    except pygame.error as error:
        raise NoDisplay(str(error)) from error


def open_window(title: str, size: tuple[int, int]) -> None:
    """Open a window with our icon that can be resized and is not larger than the screen.

    Raises:
        NoDisplay: there is no screen; the message says what to do.
        WrongPygame: the other edition of pygame is installed.
    """
    open_display()
    pygame.display.set_icon(icon())
    pygame.display.set_caption(f"{title} · rlhf-gym")
    pygame.display.set_mode(fitting_size(size), pygame.RESIZABLE)


def set_full_screen(on: bool) -> None:
    """Fill the screen, or go back to the window of before, in its size and place."""
    window = pygame.Window.from_display_module()
    window.set_fullscreen(True) if on else window.set_windowed()


def fitting_size(size: tuple[int, int]) -> tuple[int, int]:
    """Reduce the size of a window to the room that the screen has beside frame and task bar."""
    width, height = pygame.display.get_desktop_sizes()[0]
    return min(size[0], max(width - 16, 640)), min(size[1], max(height - 80, 400))


def icon() -> pygame.Surface:
    """The window's icon: two clips."""
    surface = pygame.Surface((64, 64), pygame.SRCALPHA)
    canvas = Canvas(surface, 1.0)
    canvas.panel(pygame.Rect(2, 12, 28, 40), theme.LEFT, 7)
    canvas.panel(pygame.Rect(34, 12, 28, 40), theme.RIGHT, 7)
    canvas.shape("left", (16, 32), 18, theme.SUNKEN)
    canvas.shape("right", (48, 32), 18, theme.SUNKEN)
    return surface
