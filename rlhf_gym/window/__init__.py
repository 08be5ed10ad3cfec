"""The windows, drawn with pygame: labelling, watching an agent, playing an environment.

Takes clips of open queries from the store and adds judgements to it; the logic of labelling is in
`rlhf_gym.labelling`, `view` draws its state, and `app` is the loop. What is read in a thread of its
own is in `loading`, the page after training in `ending`, and the other two windows are in
`watching` and `playing`.
"""
