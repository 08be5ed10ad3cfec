"""The windows, drawn with pygame: labelling, watching an agent, playing an environment.

Clips of open queries come from the store and judgements go into it; the logic of labelling is in
`rlhf_gym.labelling`, `view` draws its state, and `app` is the loop.
"""
