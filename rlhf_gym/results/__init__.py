"""Results: many runs side by side, as numbers.

Rows of benchmarks, run folders and stores of answers come in; scores, curves, statistics and counts
of answers go out, with nothing drawn.
"""
