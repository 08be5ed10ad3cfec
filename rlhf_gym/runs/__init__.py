"""Runs: one run from its settings to its evaluation.

Takes settings, with presets for those left unset, and fills a run folder with records of the
training, which can be resumed, loaded, evaluated and tracked.
"""
