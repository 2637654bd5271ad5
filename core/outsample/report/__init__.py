"""What leaves the application: analyses as tables, CSV with sidecars, evidence."""

from outsample.report.analysis import Analysis, Judged, analyse, underlying_of

__all__ = ["Analysis", "Judged", "analyse", "underlying_of"]
