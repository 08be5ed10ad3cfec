import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from pages import Page
from run_folders import (
    full_run,
    persons_run,
    unfinished_run,
    write_answers,
    write_progress,
    write_settings,
)

from rlhf_gym.cli.train import conclude
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reports.run import build_report, disputed

FIVE_MEGABYTES = 5_000_000
OWN_SCRIPT = (files("rlhf_gym.reports") / "page.js").read_text()


def report(run: Path) -> Page:
    return Page(build_report(run))


def empty_run(run: Path) -> Path:
    return run


RUNS = {"full": full_run, "persons": persons_run, "unfinished": unfinished_run, "empty": empty_run}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of one of `RUNS`; each is built once, in a folder that is not there before."""

    @cache
    def page(name: str) -> Path:
        run = RUNS[name](tmp_path_factory.mktemp(name))
        return build_report(run, run / "out" / "page.html")

    return page


@pytest.mark.parametrize("name", RUNS)
def test_one_offline_page_below_5_megabytes(name: str, built: Callable[[str], Path]) -> None:
    path = built(name)
    html = path.read_text(encoding="utf-8")
    page = Page(path)
    assert path.stat().st_size < FIVE_MEGABYTES
    assert not {"iframe", "img", "object"} & set(page.tags)
    assert page.scripts == [OWN_SCRIPT] and page.loads_nothing_and_runs_only_its_scripts
    assert all(link.startswith(("#", "data:")) for link in page.links)
    assert not re.search(r"url\((?!#)|@import", html)
    assert {link.lstrip("#") for link in page.anchors} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_a_full_run_shows_every_part(built: Callable[[str], Path]) -> None:
    page = Page(built("full"))
    assert page.tags.count("figure") == 2 + 7
    assert page.tags.count("svg") == 7 + 3  # those that span the page, once more for phones
    assert page.ids.index("videos") < page.ids.index("returns")
    assert page.tags.count("video") == 2 + 2 * 6
    assert "its true return rose from −1,241 to −203." in page.text
    assert "rlhf-gym train Pendulum-v1 --teacher synthetic" in page.text
    assert "reward_model.learning_rate" in page.text
    assert "2.13.0" in page.text


def test_a_persons_run_shows_time_and_reliability_of_the_answers(
    built: Callable[[str], Path],
) -> None:
    page = Page(built("persons"))
    assert page.tags.count("svg") == 10 + 4
    assert "waiting for the person's answers" in page.text
    assert "A person's time" in page.text
    assert "1 taken back" in page.text
    assert "7 of 8 repeated pairs answered the same" in page.text


def test_queries_that_were_withdrawn_are_named(tmp_path: Path) -> None:
    write_answers(tmp_path, [Preference.FIRST, Preference.SECOND])
    with FeedbackStore.open(tmp_path / "feedback.db") as store:
        more = store.add_queries([replace(query, id=0) for query in store.queries([1, 2, 1])])
        assert len(store.withdraw([query.id for query in more[:2]])) == 2
    assert "5 queries asked, 2 answered, 2 withdrawn before an answer;" in report(tmp_path).text
    numbers = json.loads((tmp_path / "report.json").read_text())["answers"]
    assert (numbers["asked"], numbers["withdrawn"]) == (5, 2)


def test_pairs_are_shown_as_the_person_saw_them(built: Callable[[str], Path]) -> None:
    page = Page(built("persons"))
    assert "Left clip" in page.text and "Right clip" in page.text
    assert "left better" in page.text and "the members of the reward model disagreed" in page.text
    assert not re.search(r"(first|second) (clip|better)|in round|disagreement 0", page.text.lower())


def test_the_points_of_figures_tell_their_numbers(built: Callable[[str], Path]) -> None:
    tips = Page(built("full")).tips
    assert any(re.fullmatch(r"\S+ true return at 50,000 agent steps", tip) for tip in tips)
    assert any(re.fullmatch(r"5% predicted, \d+% observed in \d+ labels", tip) for tip in tips)


def test_an_unfinished_run_says_how_far_it_is(built: Callable[[str], Path]) -> None:
    assert "Unfinished: 11,000 of 50,000 steps" in Page(built("unfinished")).text


def test_steps_of_the_last_rollout_beyond_those_planned_are_shown(tmp_path: Path) -> None:
    write_settings(tmp_path, steps=5_000)
    write_progress(tmp_path, true=[9.0, 30.0], labels=10, steps=7_104)
    text = report(tmp_path).text
    assert "5,000of 5,000 planned; 7,104 with the last, whole rollout" in text
    assert "for 5,000 steps" in text


def test_an_empty_run_is_reported_as_such(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert "Nothing has been trained" in page.text
    assert "Nothing has been answered yet." in page.text
    assert "svg" not in page.tags


def test_text_from_files_is_escaped(tmp_path: Path) -> None:
    write_settings(tmp_path)
    (tmp_path / "command.txt").write_text("train '<script>alert(1)</script>'")
    assert report(tmp_path).scripts == [OWN_SCRIPT]


def test_videos_that_would_make_the_page_too_large_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "before.mp4").write_bytes(bytes(6_000_000))
    path = build_report(tmp_path)
    assert path.stat().st_size < FIVE_MEGABYTES
    assert "before.mp4" in Page(path).text


def test_a_broken_video_and_figures_that_cannot_be_drawn_end_no_report(tmp_path: Path) -> None:
    run = full_run(tmp_path)
    (run / "videos" / "after.mp4").write_bytes(b"no video")
    rounds = [json.loads(line) for line in (run / "rounds.jsonl").read_text().splitlines()]
    lines = [json.dumps({**each, "calibration": [[0.5, 0.5]]}) for each in rounds]  # too short
    (run / "rounds.jsonl").write_text("\n".join(lines))
    with pytest.warns(UserWarning, match="some figures of the report cannot be drawn"):
        page = report(run)
    assert "Videos in the run folder that cannot be read: videos/after.mp4." in page.text
    assert "rose from" in page.text and page.tags.count("svg") == 6


def test_a_report_is_written_where_the_environment_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def film(clip: Clip, environment: EnvironmentRecord) -> None:
        raise ModuleNotFoundError(f"No module named {environment.env_id!r}")

    write_settings(tmp_path)
    write_answers(tmp_path, [Preference.FIRST] * 3, drawn=0)
    monkeypatch.setattr(disputed, "is_sealed", lambda *_: True)
    monkeypatch.setattr(disputed, "film_of", film)
    with pytest.warns(UserWarning, match="clips are missing in the report: No module named"):
        page = report(tmp_path)
    assert "not drawn" in page.text


def test_a_report_that_cannot_be_written_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rlhf_gym.reports.run.build_report", lambda path: 1 / 0)
    assert conclude(RunFolder(full_run(tmp_path))) == 0
    shown = capsys.readouterr()
    assert "the report cannot be written (division by zero); try again with" in shown.err
    assert "-202.8 +- 29.3 after training (4 episodes, actions sampled)" in shown.out


def test_the_terminal_of_a_blind_run_names_the_file_of_the_returns_and_not_the_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rlhf_gym.reports.run.build_report", lambda path: path / "report.html")
    run = RunFolder(full_run(tmp_path))
    run.config.write_text("blind = true\n" + run.config.read_text())
    assert conclude(run) == 0
    shown = capsys.readouterr().out
    assert "202.8" not in shown and str(run.evaluation) in shown


def test_the_numbers_lie_beside_the_page_as_strict_json(built: Callable[[str], Path]) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    numbers = json.loads(built("persons").with_suffix(".json").read_text(), parse_constant=refuse)
    assert numbers["outcome"]["labels"] == 72  # 8 of 80 cannot tell, 8 more are repeats
    assert numbers["answers"]["shares"]["cannot_tell"]["hits"] == 8
    assert numbers["answers"]["undone"] == 1
    assert numbers["answers"]["self_agreement"]["hits"] == 7
    assert len(numbers["rounds"]) == 12
    assert numbers["verdict"]["level"] == "mixed"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run folder"):
        build_report(tmp_path / "nowhere")


def test_flags_and_notes_are_shown_and_escaped_and_a_review_is_named(tmp_path: Path) -> None:
    run = persons_run(tmp_path)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.record(Judgement(1, Preference.TIE, "ada", 2.0, flagged=True))
        store.record(Judgement(2, Preference.UNDONE, "bob", note="<script>odd</script>"))
    path = build_report(run)
    html, page = path.read_text(encoding="utf-8"), Page(path)
    assert "remarks" in page.ids and "&lt;script&gt;odd&lt;/script&gt;" in html
    assert page.scripts == [OWN_SCRIPT]
    assert f"rlhf-gym label {run} --review" in html
    remarks = json.loads(path.with_suffix(".json").read_text())["answers"]["remarks"]
    assert [(each["query"], each["answer"]) for each in remarks] == [(2, "undone"), (1, "tie")]


def test_without_flags_and_people_there_is_no_word_of_either(tmp_path: Path) -> None:
    path = build_report(full_run(tmp_path))
    assert "remarks" not in Page(path).ids and "--review" not in path.read_text(encoding="utf-8")
