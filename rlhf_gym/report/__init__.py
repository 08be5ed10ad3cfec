"""The report of a run: one HTML page that needs no network."""

from rlhf_gym.report.build import build_report

__all__ = ["build_report"]
