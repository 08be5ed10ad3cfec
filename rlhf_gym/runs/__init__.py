"""Runs: one run from its settings to its evaluation.

Settings come in, with presets for those that were left open; a run folder comes out, with records
of the training, which can be resumed, loaded, evaluated and tracked.
"""
