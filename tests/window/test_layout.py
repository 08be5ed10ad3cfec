"""Nothing overlaps and every text fits, from 800x480 to 4K, at every scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pygame
import pytest
from states import states

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose
from rlhf_gym.labelling.state import SCALES, Action, Item, Pair, Screen, State
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.layout import lay_out
from rlhf_gym.window.picture import fitting
from rlhf_gym.window.places import next_scale
from rlhf_gym.window.view import Pointer, draw

SIZES = ((800, 480), (1024, 768), (1280, 800), (1920, 1080), (1080, 1920), (3840, 2160))
PAIR = Pair(1, 0, (1, 2), (75, 40), 50.0, ("terminated", "truncated"), (60, 39))
STATES: dict[str, State] = states(PAIR)


@pytest.fixture(autouse=True)
def pygame_without_a_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    yield
    pygame.display.quit()


def drawn(state: State, size: tuple[int, int]) -> Canvas:
    return draw(pygame.Surface(size), state, {}, Pointer())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_no_two_boxes_overlap(size: tuple[int, int], scale: float) -> None:
    for name, state in STATES.items():
        layout = lay_out(size, _scaled(state, scale))
        apart = ("goal", "badge", "tie_breaker", "question", "card0", "card1", "answers", "hints",
                 "status")  # fmt: skip
        for a, b in combinations(apart, 2):
            assert not layout.boxes[a].colliderect(layout.boxes[b]), (name, a, b)
        for one, other in combinations([b for b in layout.buttons if b.look != "clip"], 2):
            assert not one.rect.colliderect(other.rect), (name, one, other)
        inside = layout.panel or pygame.Rect((0, 0), size)
        assert all(inside.contains(button.rect) for button in layout.buttons), name
        picture = layout.boxes["picture0"]
        assert picture.height >= size[1] * 0.3 or size[0] < size[1], (name, picture)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [SCALES[0], 1.0, 3.0])
def test_every_text_fits_its_box_and_the_window(size: tuple[int, int], scale: float) -> None:
    window = pygame.Rect((0, 0), size)
    for name, state in STATES.items():
        for placed in drawn(_scaled(state, scale), size).placed:
            assert not placed.cut, (name, placed)
            assert window.contains(placed.rect), (name, placed)
            assert placed.rect.width <= placed.box.width, (name, placed)


@pytest.mark.parametrize("size", SIZES[:2])
def test_texts_on_one_screen_do_not_lie_on_each_other(size: tuple[int, int]) -> None:
    for name, state in STATES.items():
        if state.overlay is None:
            texts = [p for p in drawn(state, size).placed if p.text.strip()]
            for a, b in combinations(texts, 2):
                assert not a.rect.inflate(-2, -4).colliderect(b.rect.inflate(-2, -4)), (name, a, b)


def test_a_goal_too_long_for_the_window_is_cut_and_not_drawn_over_the_rest() -> None:
    state = _scaled(STATES["label"], 1.0, goal="Keep the pole upright. " * 40)
    canvas = drawn(state, (800, 480))
    (goal,) = [placed for placed in canvas.placed if placed.text.startswith("Keep")]
    assert goal.cut and goal.box.inflate(0, 12).contains(goal.rect)


@pytest.mark.parametrize("picture", [(600, 400), (160, 210), (1200, 300)])
@pytest.mark.parametrize("size", SIZES)
def test_larger_type_makes_no_clip_smaller(size: tuple[int, int], picture: tuple[int, int]) -> None:
    state = replace(STATES["label"], items=(Item(replace(PAIR, size=picture)),), index=0)
    seen = []
    for scale in SCALES[SCALES.index(1.0) :]:
        layout = lay_out(size, replace(state, scale=scale))
        seen.append((fitting(picture, layout.boxes["picture0"].size), layout.unit))
    assert min(shown for shown, _ in seen) == seen[0][0]
    assert [unit for _, unit in seen] == sorted(unit for _, unit in seen)


def test_the_type_grows_where_there_is_room_beside_the_clips() -> None:
    wide = replace(STATES["label"], items=(Item(replace(PAIR, size=(600, 400))),), index=0)
    tall = replace(wide, items=(Item(replace(PAIR, size=(160, 210))),))
    assert lay_out((1280, 800), replace(wide, scale=1.25)).unit > 1.15
    assert next_scale((1280, 800), wide, larger=True) == 1.25
    assert next_scale((1280, 800), tall, larger=True) is None  # nobody would see a difference
    assert next_scale((1280, 800), replace(tall, overlay=Screen.HELP), larger=True) == 1.25
    assert next_scale((1280, 800), replace(tall, scale=3.0), larger=False) == 0.75


def test_the_question_says_what_there_is_to_hear() -> None:
    words = {
        name: {each.text for each in drawn(STATES[name], (800, 480)).placed} for name in STATES
    }
    question = "Which clip shows better behaviour? Judge only what you see"
    assert f"{question}." in words["label"]
    assert f"{question} and hear." in words["label_heard"]
    assert f"{question}: no sound device was found." in words["label_silent"]
    speakers = [b.action for b in lay_out((800, 480), STATES["label_heard"]).buttons]
    assert {Action.HEAR_LEFT, Action.HEAR_RIGHT} <= set(speakers)


def test_one_clip_can_be_enlarged() -> None:
    whole, alone = STATES["label"], STATES["label_enlarged"]
    for size in SIZES:
        both, one = (lay_out(size, state).boxes["picture0"] for state in (whole, alone))
        assert one.width > 1.9 * both.width or one.height > 1.2 * both.height
    assert "RIGHT" not in [placed.text for placed in drawn(alone, (1280, 800)).placed]


def test_the_clips_get_most_of_the_window() -> None:
    boxes = lay_out((1280, 800), STATES["label"]).boxes
    share = sum(boxes[f"picture{side}"].width * boxes[f"picture{side}"].height for side in (0, 1))
    assert share > 0.55 * 1280 * 800


def test_every_screen_has_a_state_here() -> None:
    assert {state.screen for state in STATES.values()} == set(Screen)


def _scaled(state: State, scale: float, **changes: str) -> State:
    return replace(state, scale=scale, **changes)  # type: ignore[arg-type]


def test_a_text_can_still_be_drawn_after_an_environment_has_quit_pygame() -> None:
    state = STATES["label"]
    before = len(drawn(state, (800, 480)).placed)
    pygame.quit()
    drawn(state, (900, 500))  # another size: other fonts, and texts that are not kept
    assert len(drawn(state, (800, 480)).placed) == before


def test_every_text_stands_out_from_its_ground() -> None:
    # WCAG 2.1 asks for a contrast of 4.5 : 1 between text and ground.
    for name, state in STATES.items():
        for placed in drawn(state, (1280, 800)).placed:
            assert contrast(placed.colour, placed.ground) >= 4.5, (name, placed)


def test_the_question_stays_where_it_is_when_something_is_said_of_the_pair() -> None:
    places = set()
    for name in ("label", "label_undone", "label_flagged"):
        placed = drawn(STATES[name], (1280, 800)).placed
        places |= {str(each.rect) for each in placed if each.text.startswith("Which clip")}
        assert name == "label" or len(placed) != len(drawn(STATES["label"], (1280, 800)).placed)
    assert len(places) == 1


@pytest.mark.parametrize(
    ("purpose", "preference", "said"),
    [
        ("label", Preference.FIRST, "saved"),
        ("repeat", Preference.FIRST, "saved as quality check, no label"),
        ("label", Preference.CANNOT_TELL, "saved, no label"),
    ],
)
def test_an_answer_that_moves_no_counter_is_said_to_be_saved_and_why(
    purpose: Purpose, preference: Preference, said: str
) -> None:
    given = Item(replace(PAIR, purpose=purpose), given=Judgement(1, preference, "ada"))
    state = replace(STATES["label"], items=(given, Item(PAIR)), index=1)
    assert said in [placed.text for placed in drawn(state, (1280, 800)).placed]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The ratio of two colours' relative luminances, as WCAG 2.1 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_failed_training_says_how_far_it_came_why_and_how_it_goes_on() -> None:
    for name in ("failed", "failed_reopened"):
        texts = {placed.text for placed in drawn(STATES[name], (1280, 800)).placed}
        assert {"Training failed at 25%", "OSError: no space left"} <= texts
        assert any("train --resume runs/CartPole-v1-ppo-20261130-212431" in text for text in texts)
        assert not any("labels are given" in text for text in texts)
        assert ("answers in this sitting" in texts) == (name == "failed")
    again = {placed.text for placed in drawn(STATES["done_reopened"], (1280, 800)).placed}
    assert "All 200 labels are given" in again and "answers in this sitting" not in again
