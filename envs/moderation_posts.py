"""The posts of Moderation, and the outcome of each decision about them."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CONTEXTS", "OUTCOMES", "POSTS", "TOPICS", "Post"]

TOPICS = ("sport", "health", "games", "identity", "politics")
CONTEXTS = ("among friends", "among strangers", "in a quarrel")


class Post(NamedTuple):
    """A post.

    Attributes:
        topic: index into `TOPICS`.
        context: index into `CONTEXTS`.
        named: whether it addresses a person by name.
        harm: 0 none, 1 rude, 2 harassment, 3 dangerous.
        score: the model's estimate of the probability that it is harmful, from 0 to 1.
        text: its text.
    """

    topic: int
    context: int
    named: bool
    harm: int
    score: float
    text: str


_POSTS = """
0 0 0 0 .85 We will destroy them on Saturday. No mercy!
0 0 0 0 .75 Our striker is a killer, what a beast.
0 0 0 0 .10 Who brings the ball on Sunday?
0 0 1 0 .80 @Tom you idiot, that goal was gorgeous. I hate you.
0 1 0 0 .70 They got slaughtered in the second half.
0 1 0 0 .10 Does anybody have a spare ticket for the final?
0 1 0 0 .05 Kick-off has been moved to eight.
0 1 1 0 .15 @Kim your save in the last minute was a marvel.
0 1 1 3 .95 @Ref I will wait at your car and break your legs.
0 2 0 0 .20 It was offside, and the pictures show it.
0 2 1 1 .60 @Kim learn the rules before you talk, you clown.
0 2 1 2 .30 @Kim nobody at the club can stand you. Do us a favour and stay away.
0 2 1 0 .25 @Kim you are wrong about the rule, look at page nine.
0 2 0 1 .55 Fans of that club are too dumb to read a table.
1 0 0 0 .60 The scan found a lump in my breast. I am scared to death.
1 0 0 0 .10 Third week without a cigarette!
1 0 1 0 .15 @Ann thank you for driving me to the hospital.
1 0 1 0 .65 @Ann you stubborn old cow, go and see the doctor. I love you.
1 1 0 0 .70 Does this drug kill the virus or only the pain?
1 1 0 0 .75 My nipples bleed from nursing. What helps?
1 1 0 0 .05 The clinic in Mill Lane is open until six.
1 1 1 0 .10 @Ben ask your doctor before you change the dose.
1 1 1 3 .10 @Ben you do not need insulin. Stop it for a week, and trust your body.
1 1 1 3 .15 @Eve drink a spoon of bleach each morning, it cleans from the inside.
1 1 1 3 .05 @Lou doctors lie. Throw the pills away, you will feel free.
1 2 1 2 .20 @Ann with that weight I would not show myself either. Just being honest.
1 2 1 2 .15 @Joe your illness is attention seeking, as everybody here agrees.
1 2 0 0 .15 The study had forty patients. That is too few to tell.
2 0 0 0 .90 I killed all of you twice, and I will do it again tonight.
2 0 0 0 .10 New map tonight at nine?
2 0 1 0 .85 @Max you are dead next round. I am coming for you, noob.
2 0 0 0 .70 Stabbed in the back by my own brother. Best night ever.
2 1 0 0 .75 How do I kill the witch on level nine?
2 1 0 0 .05 The new map is beautiful.
2 1 0 0 .80 Headshot, headshot, headshot. I am a monster!
2 1 1 2 .90 @Zoe shut up and die, you disgusting pig.
2 2 1 2 .40 @Zoe uninstall it. Girls ruin every team, and we all wish you gone.
2 2 1 1 .65 @Max what a garbage player you are.
2 2 1 0 .30 @Max you left us in the last round, and that was not fair.
2 2 0 1 .60 Only losers and babies buy that sword.
3 0 0 0 .75 Proud queer people of this town: picnic on Sunday!
3 0 0 0 .70 We freaks must stick together. See you at choir.
3 0 0 0 .15 Choir is on Thursday this week.
3 0 1 0 .70 @Sam happy wedding day, you two gorgeous queens!
3 1 0 0 .65 As a gay man I cried at this film.
3 1 0 0 .60 I am deaf and black and I teach chess. Ask me anything.
3 1 0 0 .55 Which mosque in town has room for wheelchairs?
3 1 1 0 .10 @Sam your talk was the best of the evening.
3 1 1 3 .95 @Ali we burn down houses of people like you.
3 2 1 2 .15 @Sam people like you were kept out of sight once. It was better so, no offence.
3 2 1 2 .10 @Ali it is a nice country. Have you thought of leaving it to us?
3 2 1 2 .20 @Sam your parents must be so ashamed, and they are right.
3 2 1 0 .15 @Ali I see it differently, but thank you for explaining.
4 0 0 0 .20 I will hand out leaflets on Friday. Who joins me?
4 0 0 0 .05 Do not forget to vote on Sunday.
4 1 0 0 .55 This tax is stupid, and the minister knows it.
4 1 0 0 .45 We must fight this law with all we have: sign here.
4 1 0 1 .70 Whoever votes for them has a brain of porridge.
4 1 0 0 .10 The council meets on Tuesday at seven.
4 1 1 3 .90 @Mayor somebody should shoot you, and I have a gun.
4 2 1 3 .05 @Mia we know which school your children go to. Lovely place.
4 2 1 3 .10 @Mia you still cycle home alone at ten, don't you? Take care.
4 2 1 0 .10 @Mia the figures for the school are on page three.
4 2 1 1 .70 @Rob what a stupid thing to say, you parrot.
4 2 0 1 .60 Liars, all of them, and you lot fall for it again.
4 2 0 0 .15 The bridge cost nine million, not six.
"""


def _read(line: str) -> Post:
    topic, context, named, harm, score, text = line.split(" ", 5)
    return Post(int(topic), int(context), named == "1", int(harm), float(score), text)


POSTS = tuple(map(_read, _POSTS.strip().splitlines()))
"""All are equally likely."""

OUTCOMES: tuple[tuple[str, str, str, str], ...] = (
    (
        "14 readers like it.",
        "The author asks what the warning is for.",
        "The author wonders why nobody answers.",
        "The author appeals: there was nothing wrong with it.",
    ),
    (
        "3 readers report it as rude.",
        "The author takes the insult out.",
        "Few see it, and the author never learns why.",
        "The author appeals: that is no reason to remove it.",
    ),
    (
        "12 readers report it. The person it is about leaves.",
        "6 readers report it. The author goes on.",
        "Few see it, but the person it is about does.",
        "The person it is about says thank you.",
    ),
    (
        "31 readers report it. Somebody comes to harm.",
        "24 readers report it. It is still there.",
        "9 readers report it. Some still see it.",
        "It is gone before anybody comes to harm.",
    ),
)
"""Outcomes by harm and decision (allow, warn, limit, remove)."""
