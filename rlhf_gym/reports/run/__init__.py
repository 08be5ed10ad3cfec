"""The report of one run: takes a run folder, and writes an HTML page and its numbers."""

from rlhf_gym.reports.run.build import build_report
from rlhf_gym.reports.run.live import LiveReport

__all__ = ["LiveReport", "build_report"]
