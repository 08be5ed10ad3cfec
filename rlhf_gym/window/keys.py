"""The keys of each action; the help page is made from the same table."""

from __future__ import annotations

from rlhf_gym.labelling.state import Action

__all__ = ["HELP", "KEYS", "action_of"]

KEYS: dict[Action, tuple[str, ...]] = {
    Action.LEFT: ("left", "1", "a"),
    Action.RIGHT: ("right", "2", "l"),
    Action.TIE: ("up", "3", "t"),
    Action.CANNOT_TELL: ("down", "0", "c"),
    Action.UNDO: ("backspace", "ctrl+z"),
    Action.REDO: ("ctrl+y",),
    Action.PAUSE: ("space",),
    Action.REPLAY: ("r",),
    Action.HEAR_LEFT: ("q",),
    Action.HEAR_RIGHT: ("p",),
    Action.ENLARGE: ("e",),
    Action.BACK: (",", "page up"),
    Action.FORWARD: (".", "page down"),
    Action.SLOWER: ("-", "[-]"),
    Action.FASTER: ("=", "+", "[+]"),
    Action.EARLIER: ("v",),
    Action.LATER: ("b",),
    Action.STRIP: ("tab",),
    Action.GIVE_BACK: ("s",),
    Action.FLAG: ("f",),
    Action.NOTE: ("n",),
    Action.HELP: ("h", "f1", "?"),
    Action.MENU: ("escape",),
    Action.FULL_SCREEN: ("f11",),
    Action.LARGER: ("ctrl+=", "ctrl++", "ctrl+[+]"),
    Action.SMALLER: ("ctrl+-", "ctrl+[-]"),
    Action.CONFIRM: ("return", "enter"),
    Action.WATCH: ("w",),
    Action.OPEN_REPORT: ("o",),
    Action.QUIT: ("ctrl+q",),
}
"""Names as `pygame.key.name` gives them; the first one is drawn on buttons and in hints."""

HELP: tuple[tuple[str, tuple[Action, ...]], ...] = (
    ("Left is better", (Action.LEFT,)),
    ("Right is better", (Action.RIGHT,)),
    ("About the same", (Action.TIE,)),
    ("Can't tell", (Action.CANNOT_TELL,)),
    ("Undo, one by one", (Action.UNDO,)),
    ("Redo", (Action.REDO,)),
    ("Earlier answers, later, hide", (Action.EARLIER, Action.LATER, Action.STRIP)),
    ("Skip this pair for now", (Action.GIVE_BACK,)),
    ("Flag, note", (Action.FLAG, Action.NOTE)),
    ("Pause, play", (Action.PAUSE,)),
    ("Replay both", (Action.REPLAY,)),
    ("Hear left, right", (Action.HEAR_LEFT, Action.HEAR_RIGHT)),
    ("Frame back, forward", (Action.BACK, Action.FORWARD)),
    ("Slower, faster", (Action.SLOWER, Action.FASTER)),
    ("Watch agent, report", (Action.WATCH, Action.OPEN_REPORT)),
    ("Larger, smaller", (Action.LARGER, Action.SMALLER)),
    ("Enlarge one clip", (Action.ENLARGE,)),
    ("Full screen", (Action.FULL_SCREEN,)),
    ("All keys", (Action.HELP,)),
    ("Menu", (Action.MENU,)),
)

_ACTIONS = {key: action for action, keys in KEYS.items() for key in keys}


def action_of(name: str, text: str = "", ctrl: bool = False) -> Action | None:
    """The action of a key.

    Args:
        name: the key's name, as `pygame.key.name` gives it.
        text: what the key types, so that ``?`` is found wherever the keyboard has it.
        ctrl: whether Control (or Command) is down.

    >>> action_of("backspace"), action_of("z", ctrl=True), action_of("z")
    (<Action.UNDO: 'undo'>, <Action.UNDO: 'undo'>, None)
    """
    if ctrl:
        return _ACTIONS.get(f"ctrl+{name}")
    return _ACTIONS.get(name) or _ACTIONS.get(text.lower())


def key_label(key: str) -> str:
    """The label of a key: ``"ctrl+z"`` is ``Ctrl Z``.

    >>> key_label("ctrl+z"), key_label("escape"), key_label("=")
    ('Ctrl Z', 'Esc', '+')
    """
    names = {"escape": "Esc", "return": "Enter", "backspace": "Backspace", "=": "+", "-": "−"}
    names |= {"page up": "PgUp", "page down": "PgDn"}
    return " ".join(names.get(part, part.capitalize()) for part in key.split("+") if part)
