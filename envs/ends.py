"""Words for the ends of Gymnasium's environments, where one kind of end can be good or bad.

Each function takes the unwrapped environment as it is after the last step of an episode.
"""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["card_game", "frozen_lake", "grid", "lander", "pole", "race", "traffic", "walker"]

Env: TypeAlias = Any
"""An unwrapped environment of the class that the function is about."""


def pole(env: Env) -> str:
    """Say whether the pole fell, or the cart left its track."""
    return "left the track" if abs(env.state[0]) > env.x_threshold else "fell"


def lander(env: Env) -> str:
    """Say whether the lander came to rest, hit the ground, or left the picture to a side."""
    if not env.lander.awake:
        return "landed"
    return "crashed" if env.game_over else "flew away"


def walker(env: Env) -> str:
    """Say whether the walker fell, walked off backwards, or came to the end of its way."""
    if env.game_over:
        return "fell"
    return "left the track" if env.hull.position[0] < 0 else "arrived"


def race(env: Env) -> str:
    """Say whether the car finished its lap."""
    finished = env.new_lap or env.tile_visited_count == len(env.track)
    return "lap finished" if finished else "left the field"


def frozen_lake(env: Env) -> str:
    """Say what kind of tile the last step led to."""
    return "reached the goal" if env.desc.flat[env.s] == b"G" else "fell into a hole"


def card_game(env: Env) -> str:
    """Say how many points were in the player's hand, and in the dealer's."""
    return f"{sum(env.player)} against {sum(env.dealer)}"


def grid(env: Env) -> str:
    """Say on which tile of MiniGrid's world the agent stands."""
    tile = env.grid.get(*env.agent_pos)
    words: dict[str | None, str] = {"goal": "reached the goal", "lava": "fell into lava"}
    return words.get(None if tile is None else tile.type, "episode over")


def traffic(env: Env) -> str:
    """Say whether highway-env's car crashed, or left its road."""
    if env.vehicle.crashed:
        return "crashed"
    return "episode over" if env.vehicle.on_road else "left the road"
