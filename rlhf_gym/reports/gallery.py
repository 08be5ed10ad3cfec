"""The gallery: one HTML page with a picture of each environment."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym

from rlhf_gym.basics.closing import close
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.envs import ATARI_IDS, ROBOT_IDS
from rlhf_gym.envs.action_masks import sample_action
from rlhf_gym.media import off_screen
from rlhf_gym.reports.html import render, write

__all__ = ["picture_of", "shelves", "write_gallery"]

STEPS = 25
"""Random steps before a picture is taken, so that something has moved."""


def write_gallery(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the page; it needs no network.

    Args:
        rows: one table for each environment, as `rlhf-gym envs --json` prints them.
        path: the HTML file.
    """
    pictured = [{**row, "picture": _data_url(row["id"]) if row["draws"] else ""} for row in rows]
    write(path, render("gallery.html.j2", count=len(rows), shelves=shelves(pictured)))


def shelves(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Group environments under headings, this project's own first.

    Args:
        rows: one table for each environment, as `rlhf-gym envs --json` prints them.

    Returns:
        Headings with their environments; a heading without environments is left out.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["id"].replace("-ram", "") in ATARI_IDS:
            title = "Atari, with score and lives hidden"
        elif row["id"] in ROBOT_IDS:
            title = "Robots whose episodes do not end when they fall"
        elif row["naive_reward"]:
            title = "Case studies with a naive reward"
        elif row["probe"]:
            title = "Behaviours without a reward function"
        elif row["id"].startswith("rlhf/"):
            title = "Classics with episodes of one length"
        else:
            title = "Environments of Gymnasium and other packages"
        found.setdefault(title, []).append(row)
    return list(found.items())


def picture_of(env_id: str) -> bytes:
    """Draw an environment after some random steps, as a PNG file."""
    from matplotlib.image import imsave

    with off_screen():
        env = gym.make(env_id, render_mode="rgb_array")
        env.action_space.seed(0)
        env.reset(seed=0)
        for _ in range(STEPS):
            *_, terminated, truncated, _ = env.step(sample_action(env))
            if terminated or truncated:
                break
        frame = frame_of(env)
        close(env)
    png = io.BytesIO()
    imsave(png, frame, format="png")
    return png.getvalue()


def _data_url(env_id: str) -> str:
    return "data:image/png;base64," + base64.b64encode(picture_of(env_id)).decode()
