"""The site, the readme and the presets say what the committed results say."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import gymnasium as gym
import numpy as np

from rlhf_gym.basics.words import with_minus
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.presets import AGENTS, Preset, presets_of
from rlhf_gym.reports.comparison.tables import overview, result
from rlhf_gym.results.side_by_side import compare

ROOT = Path(__file__).parents[2]
CLASSIC = ROOT / "docs" / "results" / "classic"
BEHAVIOURS = ROOT / "docs" / "results" / "behaviours"
PERSON = ROOT / "docs" / "results" / "person"
FEWER = ROOT / "docs" / "results" / "answers"
ROBOTS = ROOT / "docs" / "results" / "robots"
CASE_STUDIES = ROOT / "docs" / "results" / "case_studies.jsonl"
PAGE = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")

Returns = dict[tuple[str, str, int], list[float]]
"""Mean returns of the runs of PPO, or of the random policy, by environment, arm and labels."""


def returns_in(folder: Path, algo: str) -> Returns:
    found: Returns = {}
    for row in ResultsFolder(folder).rows():
        if row.algo in (algo, ""):
            cell = found.setdefault((row.env_id, row.arm, row.labels), [])
            cell.append(float(np.mean(row.returns)))
    return found


def assert_told(preset: Preset, learned: list[float], *others: list[float]) -> None:
    """The numbers in ``measured``: median, seeds, worst, labels, and the medians of other arms."""
    told = re.findall(r"-?\d+\.?\d*", preset.measured)
    medians = [float(np.median(cell)) for cell in (learned, *others)]
    found = [medians[0], len(learned), min(learned), preset.feedback.labels, *medians[1:]]
    decimals = [len(number.partition(".")[2]) for number in told]
    assert told == [f"{value:.{n}f}" for value, n in zip(found, decimals, strict=True)]


def test_the_comparison_is_that_of_the_committed_results() -> None:
    rows = ResultsFolder(CLASSIC).rows()
    assert rows and all(row.status == "done" for row in rows)
    assert overview(compare(rows)).markdown() in PAGE


def test_the_table_of_the_readme_is_a_part_of_the_comparison() -> None:
    whole = {}
    for line in overview(compare(ResultsFolder(CLASSIC).rows())).markdown().splitlines()[2:]:
        env_id, algo, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        whole[env_id, algo] = cells
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| environment | labels | learned | shuffled labels |")[2]
    lines = [line for line in table.partition("\n\n")[0].splitlines()[2:] if line]
    assert len(lines) >= 5
    for line in lines:
        name, labels, *scores = (cell.strip() for cell in line.strip("|").split("|"))
        env_id, _, algo = name.removesuffix(" (images)").partition(", ")
        cells = whole[env_id, algo or "PPO"]
        for score in scores:
            assert score in cells or f"{score} ({labels})" in cells


def test_a_preset_tells_the_returns_of_its_committed_runs() -> None:
    for algo in {row.algo for row in ResultsFolder(CLASSIC).rows() if row.algo}:
        found = returns_in(CLASSIC, algo)
        for env_id in {env_id for env_id, arm, _ in found if arm == "true"}:
            preset = presets_of(env_id)[algo]
            arms = [found[env_id, arm, preset.feedback.labels] for arm in ("learned", "shuffled")]
            assert_told(preset, *arms, found[env_id, "true", 0])


def test_behaviours_tell_what_was_counted() -> None:
    found = returns_in(BEHAVIOURS, "ppo")
    assert found
    for env_id in {env_id for env_id, *_ in found}:
        preset = presets_of(env_id)["ppo"]
        learned, shuffled = (
            found[env_id, arm, preset.feedback.labels] for arm in ("learned", "shuffled")
        )
        random = found[env_id, "random", 0]
        assert_told(preset, learned, shuffled, random)
        cells = [np.median(learned), min(learned), np.median(shuffled), np.median(random)]
        numbers = " | ".join(f"{value:.1f}" for value in cells)
        counted, labels = describe_id(env_id).return_name, preset.feedback.labels
        assert f"| `{env_id}` | {counted} | {labels} | {numbers} |" in PAGE


def test_robots_tell_what_they_were_taught() -> None:
    found = returns_in(ROBOTS, "ppo")
    for env_id, arm, labels in found:
        if arm == "learned":
            preset = presets_of(env_id)["ppo"]
            assert labels == preset.feedback.labels
            beside = found[env_id, "true" if (env_id, "true", 0) in found else "random", 0]
            cells = [found[env_id, arm, labels], found[env_id, "shuffled", labels], beside]
            assert_told(preset, *cells)
            decimals = 0 if "true reward" in preset.measured else 1
            for cell in cells:
                assert ", ".join(f"{value:.{decimals}f}" for value in sorted(cell)) in PAGE


def test_case_studies_tell_what_their_runs_came_to() -> None:
    rows = [json.loads(line) for line in CASE_STUDIES.read_text(encoding="utf-8").splitlines()]
    for env_id in {row["env_id"] for row in rows}:
        found = {
            side: [row["mean_return"] for row in rows if (row["env_id"], row["side"]) == each]
            for side in ("feedback", "naive", "shuffled", "random")
            for each in [(env_id, side)]
        }
        (told,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{env_id}` | "))
        means = [f" {np.mean(cell):.2f} " for cell in found.values()]
        assert [cell[:6] for cell in told.split("|")[2:6]] == means
        assert f"({min(found['feedback']):.2f})" in told
        ratios = np.divide(found["feedback"], found["naive"])
        assert f"| {np.mean(ratios):.2f} [" in told
        steps = gym.spec(env_id).max_episode_steps or 1
        sums = {side: [steps * value for value in cell] for side, cell in found.items()}
        preset = presets_of(env_id)["ppo"]
        medians = [f"{np.median(sums[side]):.1f}" for side in ("shuffled", "naive", "random")]
        begins = f"{np.median(sums['feedback']):.1f} in {steps} steps, worst of 10 seeds"
        labels = f"from {preset.feedback.labels} labels"
        assert preset.measured.startswith(f"{begins} {min(sums['feedback']):.1f}, {labels}")
        ends = "(shuffled: {}, naive reward: {}, random: {})".format(*medians)
        assert preset.measured.endswith(ends)


def median_and_worst(returns: Sequence[float]) -> str:
    """Two numbers, as the tables about persons show them."""
    decimals = 1 if max(map(abs, returns)) < 100 else 0
    both = (float(np.median(returns)), min(returns))
    return ", ".join(with_minus(f"{value:.{decimals}f}") for value in both)


def told_in(page: str, env_id: str) -> list[str]:
    """The cells of a table's row about an environment; what failed is emphasised there."""
    row = next(line for line in page.splitlines() if line.startswith(f"| {env_id} |"))
    return [cell.strip().replace("*", "") for cell in row.split("|")[2:-1]]


def test_what_persons_taught_is_told_as_it_was_measured() -> None:
    cells = {(cell.env_id, cell.arm): cell for cell in compare(ResultsFolder(PERSON).rows()).cells}
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("With a formula")[0]
    for env_id in {env_id for env_id, _ in cells}:
        true, person, shuffled = (
            cells[env_id, arm] for arm in ("true", "person", "shuffled person")
        )
        told = [median_and_worst(cell.returns.tolist()) for cell in (true, person, shuffled)]
        assert told_in(readme, env_id) == told_in(PAGE, env_id) == [*told, result(person)]
        numbers = re.findall(r"-?\d+\.?\d*", presets_of(env_id)["ppo"].measured_person)
        found = [np.median(person.returns), len(person.rows), min(person.returns), person.labels]
        found += [np.median(shuffled.returns), np.median(true.returns)]
        decimals = [len(number.partition(".")[2]) for number in numbers]
        assert numbers == [f"{value:.{n}f}" for value, n in zip(found, decimals, strict=True)]


def test_no_preset_tells_of_persons_who_were_not_measured() -> None:
    told = {(name, algo) for (name, algo), preset in AGENTS.items() if preset.measured_person}
    rows = ResultsFolder(PERSON).rows()
    assert told == {(row.env_id, row.algo) for row in rows if row.arm == "person"}


def test_what_fewer_answers_are_worth_is_told_as_it_was_measured() -> None:
    page = (ROOT / "docs" / "guides" / "how_many_answers.md").read_text(encoding="utf-8")
    fewer, enough = returns_in(FEWER, "ppo"), returns_in(PERSON, "ppo")
    for env_id in {env_id for env_id, *_ in fewer}:
        counts = sorted(labels for env, _, labels in fewer if env == env_id)
        cells = [fewer[env_id, "person", labels] for labels in counts]
        told = [median_and_worst(cell) for cell in (*cells, enough[env_id, "person", 200])]
        assert told_in(page, env_id) == told
