"""Results: many runs side by side, as numbers.

Takes rows of benchmarks, run folders and stores of answers, and returns scores, curves, statistics
and counts of answers; nothing is drawn here. `arms` defines what the agents of a benchmark learn
from.
"""
