"""The report of a run: one HTML page that needs no network."""

from rlhf_gym.reports.run.build import build_report

__all__ = ["build_report"]
