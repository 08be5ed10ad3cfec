"""Screens, choices and actions of a labelling session."""

from __future__ import annotations

from enum import Enum

from rlhf_gym.feedback.judgement import Preference

__all__ = ["Action", "Choice", "Screen"]


class Screen(str, Enum):
    """The page that fills the window; the last seven are overlays on one of the others."""

    WAITING = "waiting"
    PRACTICE = "practice"
    LABEL = "label"
    DONE = "done"
    ENDING = "ending"
    PAUSED = "paused"
    HELP = "help"
    KEYS = "keys"
    NOTE = "note"
    GOAL = "goal"
    CLOSING = "closing"
    ERROR = "error"


class Choice(str, Enum):
    """An answer by the side of the screen; the clip that it means depends on the sides."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    CANNOT_TELL = "cannot_tell"

    def preference(self, left: int) -> Preference:
        """The preference where clip ``left`` (0 or 1) is shown on the left.

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
    """Everything that a person can ask for, by a key or by a button."""

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
    EARLIER = "earlier"
    LATER = "later"
    VISIT = "visit"
    STRIP = "strip"
    GIVE_BACK = "give_back"
    FLAG = "flag"
    NOTE = "note"
    SAY_GOAL = "say_goal"
    HELP = "help"
    INSTRUCTIONS = "instructions"
    MENU = "menu"
    FULL_SCREEN = "full_screen"
    ENLARGE = "enlarge"
    LARGER = "larger"
    SMALLER = "smaller"
    CONFIRM = "confirm"
    PRACTISE = "practise"
    SKIP_PRACTICE = "skip_practice"
    STOP_ANSWERING = "stop_answering"
    ANSWER_AGAIN = "answer_again"
    WATCH = "watch"
    OPEN_REPORT = "open_report"
    QUIT = "quit"
