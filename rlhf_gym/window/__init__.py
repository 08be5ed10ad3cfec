"""The labelling window: two clips side by side, and the question which one is better.

`state` and `reducer` are its logic, without pygame; `view` draws a state; `app` is the loop.
"""
