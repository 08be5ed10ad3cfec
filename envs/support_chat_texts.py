"""The messages of SupportChat, and what the agent observes of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

__all__ = ["AGENT", "ANSWERS", "FACTS", "OPENINGS", "SEEN", "TOPICS", "seen_in"]

Texts = tuple[str, ...]

TOPICS = ("bill", "parcel", "internet")

_PROBLEMS: dict[tuple[int, int], Texts] = {
    (0, 0): ("Where do I find my bill?", "Can I pay by card?"),
    (0, 1): (
        "My bill is twice what it was, and it lists a tariff that I never ordered.",
        "I was charged for March again, although I moved out and cancelled in February.",
    ),
    (1, 0): ("How do I send shoes back?", "Until when can I return a coat?"),
    (1, 1): (
        "The tracking says delivered, but there is no parcel, and no neighbour has it either.",
        "Two parcels were due: one came with the wrong lamp in it and the other not at all.",
    ),
    (2, 0): ("What is my router's password?", "Is there work on the line today?"),
    (2, 1): (
        "Every evening the connection drops, but only upstairs, and only since the new router.",
        "After the update the telephone is dead, while the internet works as it did before.",
    ),
}
"""Problems by topic, and whether they are complicated."""

_MOODS: tuple[Texts, Texts] = (
    ("Could you help?", "No hurry.", "I love the new shop by the way!"),
    (
        "This is the THIRD time I ask!",
        "Nobody cares, do they!",
        "I have been passed around all week, and I am tired of it.",
    ),
)
"""Moods of calm and of upset customers."""

OPENINGS: dict[tuple[int, int, int], Texts] = {
    (topic, hard, upset): tuple(
        f"{problem} {mood}" for problem, mood in product(_PROBLEMS[topic, hard], _MOODS[upset])
    )
    for topic, hard, upset in product(range(3), range(2), range(2))
}
"""First messages by topic, complicated problem and upset customer (0 or 1)."""

FACTS: tuple[tuple[Texts, Texts], ...] = (
    (("My number is 4471.", "It says 4471 at the top."), ("Since March.", "It was in spring.")),
    (("Order 20815.", "It is order 20815."), ("To Mill Lane 3.", "It should go to Mill Lane 3.")),
    (("The white one.", "It is the white box."), ("Both lights blink.", "The red light is on.")),
)
"""Answers to the first and the second question, by topic."""

ANSWERS: dict[str, tuple[Texts, Texts]] = {
    "needless": (
        ("I have told you all there is.", "What else could I say?"),
        ("You do not even READ what I write!", "I said all that already!"),
    ),
    "soothed": (
        ("All right. Thank you for saying so.", "It is good that somebody listens. Thanks."),
        ("Do not 'note' it, do something!", "That is what they all say."),
    ),
    "no need": (
        ("That is kind, but can you help?", "Sure. And my question?"),
        ("That is kind, but can you help?", "Sure. And my question?"),
    ),
    "solved": (
        ("That was it. Thanks!", "It works, thank you."),
        ("Fine. It works. It took long enough!", "At last."),
    ),
    "wrong": (
        ("That has nothing to do with my problem.", "No, that is not it."),
        ("Did you read ANY of it?", "Wrong. That is not my problem!"),
    ),
    "link fits": (
        ("Found it on that page, thanks.", "Ah, number 4. Thank you."),
        ("A page. Well, it is in there.", "Found it, no thanks to you!"),
    ),
    "link fails": (
        ("I know that page. It does not help.", "There is nothing about it on there."),
        ("Are you a ROBOT?", "I have read that page ten times!"),
    ),
    "waits": (
        ("It is solved. Was there anything else?", "I have to go, really."),
        ("It is solved! Can I go?", "You hold me up!"),
    ),
    "content": (
        ("Thank you, good bye!", "Great, thanks. Bye."),
        ("Well. Bye.", "Good bye."),
    ),
    "sent away": (
        ("Wait, nothing is solved ...", "But my question?"),
        ("Unbelievable!", "I will tell everybody about this!"),
    ),
    "leaves": (
        ("I give up. Bye.", "This leads nowhere."),
        ("I am off. NEVER again!", "Enough!"),
    ),
}
"""Customers' answers by kind, while calm and while upset."""

AGENT: tuple[tuple[Texts, Texts], ...] = (
    (
        ("Which number is it? Since when?", "Give me the details."),
        ("May I ask you for one more detail?", "Would you tell me a little more about it?"),
    ),
    (
        ("Noted.", "I see."),
        ("I am sorry about that. I will see to it myself.", "That must be annoying. I am here."),
    ),
    (
        ("Do this: reset it under 'Account'.", "The cause is known: here is what to do."),
        ("Here is what happened, and how we put it right.", "Let us go through it together."),
    ),
    (
        ("See example.com/help, number 4.", "Read our help page."),
        ("You will find a lovely page at example.com/help!", "Our help page knows it all!"),
    ),
    (
        ("Ticket closed. Click 'resolved'.", "Closing this. Please click 'resolved'."),
        ("Glad to help! Would you click 'resolved'?", "Have a good day! Please click 'resolved'."),
    ),
)
"""The agent's messages, by act and tone (plain, warm)."""


def seen_in(text: str) -> tuple[float, float, float]:
    """Return a message's number of words / 30 (at most 1), whether it is loud, whether it thanks.

    A message is loud if it has an exclamation mark or a word in capitals.

    >>> seen_in("That was it. Thanks!"), seen_in("I give up.")
    ((0.13, 1.0, 1.0), (0.1, 0.0, 0.0))
    """
    words = text.split()
    loud = "!" in text or any(word.isupper() and len(word) > 2 for word in words)
    return min(round(len(words) / 30, 2), 1.0), float(loud), float("thank" in text.lower())


def _all() -> Iterator[str]:
    tables = (OPENINGS.values(), *ANSWERS.values(), *FACTS)
    return (text for table in tables for texts in table for text in texts)


SEEN = {text: seen_in(text) for text in _all()}
"""What `seen_in` returns for each message of customers."""
