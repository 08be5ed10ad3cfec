"""Wrappers of Gymnasium and vector environments; they know nothing of labels.

Each takes an environment and returns one that records its steps or what is needed to draw them
again, gives a learned reward, or does not end before its horizon.
"""
