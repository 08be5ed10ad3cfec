"""What can be shown, answered and asked for."""

from __future__ import annotations

from enum import Enum

from rlhf_gym.feedback.judgement import Preference

__all__ = ["Action", "Choice", "Screen"]


class Screen(str, Enum):
    """What fills the window. The last four lie over one of the others."""

    WAITING = "waiting"
    PRACTICE = "practice"
    LABEL = "label"
    DONE = "done"
    PAUSED = "paused"
    HELP = "help"
    NOTE = "note"
    ERROR = "error"


class Choice(str, Enum):
    """An answer as it stands on the screen; which clip is meant depends on the sides."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    CANNOT_TELL = "cannot_tell"

    def preference(self, left: int) -> Preference:
        """The preference when clip ``left`` (0 or 1) stands on the left.

        >>> Choice.LEFT.preference(left=1).value
        'second'
        """
        if self in (Choice.LEFT, Choice.RIGHT):
            first = (self is Choice.LEFT) == (left == 0)
            return Preference.FIRST if first else Preference.SECOND
        return Preference(self.value)

    @staticmethod
    def of(preference: Preference, left: int) -> Choice:
        """The inverse of `preference`."""
        return next(choice for choice in Choice if choice.preference(left) is preference)


class Action(str, Enum):
    """Everything a person can ask for, whatever key or button it came from."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    CANNOT_TELL = "cannot_tell"
    UNDO = "undo"
    REDO = "redo"
    PAUSE = "pause"
    REPLAY = "replay"
    HEAR_LEFT = "hear_left"
    HEAR_RIGHT = "hear_right"
    BACK = "back"
    FORWARD = "forward"
    SLOWER = "slower"
    FASTER = "faster"
    GIVE_BACK = "give_back"
    FLAG = "flag"
    NOTE = "note"
    HELP = "help"
    MENU = "menu"
    FULL_SCREEN = "full_screen"
    LARGER = "larger"
    SMALLER = "smaller"
    CONFIRM = "confirm"
    SKIP_PRACTICE = "skip_practice"
    QUIT = "quit"
