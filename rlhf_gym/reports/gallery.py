"""The gallery: one HTML page with a picture of each environment."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym

from rlhf_gym.basics.closing import close
from rlhf_gym.basics.program import program
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.envs import ATARI_IDS, ROBOT_IDS
from rlhf_gym.envs.action_masks import sample_action
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.media import off_screen
from rlhf_gym.reports.html import render, write
from rlhf_gym.results.overview import RunOverview, runs_in
from rlhf_gym.runs.records import read_evaluation

__all__ = ["Film", "films_in", "picture_of", "shelves", "write_gallery"]

STEPS = 25
"""Random steps before a picture is taken, so that something has moved."""
FILM_BYTES = 6_000_000
"""Bytes of films on the page, which base64 makes a third larger."""
UNMEASURED = "not measured"
"""What presets say that nobody has tried."""


SHELVES = (
    "Behaviours without a reward function",
    "Case studies with a naive reward",
    "Classics with episodes of one length",
    "Robots whose episodes do not end when they fall",
    "Atari, with score and lives hidden",
    "Environments of Gymnasium and other packages",
)
"""Headings in their order: what only people can teach comes first."""


@dataclass(frozen=True)
class Film:
    """A trained agent's film.

    Attributes:
        url: the video, as a data URL.
        caption: what the agent got, and in which run.
    """

    url: str
    caption: str


def write_gallery(rows: Sequence[dict[str, Any]], path: Path, runs: Path | None = None) -> None:
    """Write the page; it needs no network.

    Args:
        rows: one table for each environment, as `rlhf-gym envs --json` prints them.
        path: the HTML file.
        runs: a folder of runs; the films of the best agents in it are shown.
    """
    films = films_in(runs) if runs is not None and runs.is_dir() else {}
    pictured = [
        {
            **row,
            "picture": _data_url(row["id"]) if row["draws"] else "",
            "film": films.get(row["id"]),
            "measured": {
                algo: text for algo, text in row["presets"].items() if UNMEASURED not in text
            },
        }
        for row in rows
    ]
    page = render(
        "gallery.html.j2",
        "gallery.js",
        count=len(rows),
        shelves=shelves(pictured),
        program=program(),
    )
    write(path, page)


def films_in(runs: Path) -> dict[str, Film]:
    """Return the film of the best trained agent of each environment, by the environment's id.

    The largest films are left out, so that the page stays below 10 MB.
    """
    best: dict[str, tuple[float, RunOverview]] = {}
    for run in runs_in(runs):
        if run.state != "finished" or not _film_of(run).is_file():
            continue
        mean = read_evaluation(RunFolder(run.folder).evaluation).mean
        if mean > best.get(run.env_id, (-math.inf, run))[0]:
            best[run.env_id] = mean, run
    found, room = {}, FILM_BYTES
    for _, run in sorted(best.values(), key=lambda each: _film_of(each[1]).stat().st_size):
        content = _film_of(run).read_bytes()
        room -= len(content)
        if room >= 0:
            url = "data:video/mp4;base64," + base64.b64encode(content).decode()
            got = run.true_return.replace("+-", "±").replace("-", "\N{MINUS SIGN}")
            caption = f"trained: return {got}, in {run.folder.name}"
            found[run.env_id] = Film(url, caption)
    return found


def _film_of(run: RunOverview) -> Path:
    return RunFolder(run.folder).videos / "after.mp4"


def shelves(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Group environments under headings, what only people can teach first.

    Args:
        rows: one table for each environment, as `rlhf-gym envs --json` prints them.

    Returns:
        Headings with their environments; a heading without environments is left out.
    """
    found: dict[str, list[dict[str, Any]]] = {title: [] for title in SHELVES}
    behaviours, studies, classics, robots, atari, others = found.values()
    for row in rows:
        if row["id"].replace("-ram", "") in ATARI_IDS:
            shelf = atari
        elif row["id"] in ROBOT_IDS:
            shelf = robots
        elif row["naive_reward"]:
            shelf = studies
        elif row["probe"]:
            shelf = behaviours
        else:
            shelf = classics if row["id"].startswith("rlhf/") else others
        shelf.append(row)
    return [(title, shelf) for title, shelf in found.items() if shelf]


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
