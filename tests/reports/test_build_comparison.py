import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from made_rows import arms_of, rows_of, with_curves
from pages import Page

from rlhf_gym.reports.comparison import build_comparison
from rlhf_gym.results.row import Row
from rlhf_gym.results.side_by_side import compare


def full(folder: Path) -> list[Row]:
    """Two environments, two algorithms, four arms, two numbers of labels, one failed run."""
    rows = arms_of("CartPole-v1") + arms_of("Pendulum-v1")
    rows += [row for row in arms_of("CartPole-v1", algo="a2c") if row.algo]
    few = rows_of("CartPole-v1", "learned", [0.5, 0.7, 0.6, 0.8, 0.6], labels=25, steps=50_000)
    rows += [*few, replace(few[0], seed=9, returns=(), status="failed", error="out of <memory>")]
    return with_curves(rows, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    build_comparison(compare(full(folder)), folder, command="rlhf-gym benchmark quick")
    return folder


def test_one_offline_page(folder: Path) -> None:
    page = Page(folder / "report.html")
    assert not {"script", "iframe", "img", "object"} & set(page.tags)
    assert page.loads_nothing_and_runs_only_its_scripts
    assert all(link.startswith(("#", "data:")) for link in page.links)
    assert not re.search(r"url\((?!#)|@import", (folder / "report.html").read_text())
    assert {link[1:] for link in page.links if link.startswith("#m")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_page_shows_every_part(folder: Path) -> None:
    page = Page(folder / "report.html")
    sections = ["scores", "every", "chances", "learning", "labels", "model", "time", "failed"]
    assert {*sections, "settings"} <= set(page.ids)
    assert "out of <memory>" in page.text
    assert "rlhf-gym benchmark quick" in page.text
    assert (
        "It is the answers that teach" in page.text or "it is the answers that teach" in page.text
    )


def test_a_legend_names_only_what_is_drawn_beneath_it(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    section = text[text.index('<section id="model">') : text.index('<section id="time">')]
    legend = section[section.index('<ul class="key"') : section.index("</ul>")]
    assert "learned" in legend and "shuffled" in legend  # which have a reward model
    names = re.sub("<.*?>", "", legend)
    assert "true" not in names and "random" not in names


def test_points_and_runs_tell_their_numbers(folder: Path) -> None:
    tips = Page(folder / "report.html").tips
    assert any(re.fullmatch(r"\S+ true return at \S+ steps", tip) for tip in tips)
    assert any(tip.startswith("CartPole-v1 PPO learned, 100 labels (seed 0): ") for tip in tips)


def test_the_tables_are_markdown_with_equal_columns(folder: Path) -> None:
    text = (folder / "tables.md").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if block.startswith("| ")]
    assert len(blocks) == 10
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    assert "| CartPole-v1 | PPO | 1.00 [0.99, 1.01] |" in text


def test_the_numbers_are_strict_json(folder: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    numbers = json.loads((folder / "report.json").read_text(), parse_constant=refuse)
    assert numbers["failed"] == [
        {"run": "CartPole-v1 PPO learned, 25 labels (seed 9)", "error": "out of <memory>"}
    ]
    (needed,) = numbers["labels_needed"]
    assert 25 < needed["labels"] < 100
    assert numbers["verdict"]["level"] == "mixed"


@pytest.mark.parametrize(
    "rows",
    [
        rows_of("CartPole-v1", "learned", [0.5], labels=8),
        rows_of("CartPole-v1", "random", [0.0]),
        rows_of("CartPole-v1", "learned", [math.nan], labels=8),
        rows_of("CartPole-v1", "bc", [0.3, 0.4], demonstrations=5),
        rows_of("CartPole-v1", "random", [0.0]) + rows_of("CartPole-v1", "true", [0.0, 0.0]),
    ],
    ids=["one run", "random only", "failed only", "demonstrations only", "nothing learned"],
)
def test_the_least_that_there_can_be_is_reported(rows: list[Row], tmp_path: Path) -> None:
    page = build_comparison(compare(rows), tmp_path, tmp_path / "page.html")
    assert "No score" in page.read_text(encoding="utf-8")
    assert (tmp_path / "page.md").is_file()
    assert (tmp_path / "page.json").is_file()


def test_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no runs to compare"):
        build_comparison(compare([]), tmp_path)


def test_names_from_files_are_escaped(tmp_path: Path) -> None:
    rows = [replace(row, algo="<script>x</script>") for row in arms_of("CartPole-v1")]
    page = Page(build_comparison(compare(with_curves(rows, tmp_path)), tmp_path))
    assert "script" not in page.tags
