"""The windows, drawn with pygame: labelling, watching an agent, playing an environment.

Takes clips of open queries from the store and adds judgements to it; the logic of labelling is in
`rlhf_gym.labelling`, `view` draws its state, and `app` is the loop.
"""
