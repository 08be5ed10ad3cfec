"""Wrappers of Gymnasium and vector environments.

Environments come in; out come environments that record their steps, give a learned reward, last
equally long, or can be drawn again. They know nothing of labels.
"""
