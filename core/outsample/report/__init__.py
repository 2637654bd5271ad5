"""What leaves the application: analyses as tables, CSV with sidecars, evidence."""

from outsample.report.analysis import Analysis, Judged, analyse, underlying_of
from outsample.report.csv_file import write_json, write_table
from outsample.report.evaluation import write_evaluation
from outsample.report.sidecar import sidecar
from outsample.report.table import Table
from outsample.report.verdict_sheet import Recorded, gate_code, verdict_sheet

__all__ = [
    "Analysis",
    "Judged",
    "Recorded",
    "Table",
    "analyse",
    "gate_code",
    "sidecar",
    "underlying_of",
    "verdict_sheet",
    "write_evaluation",
    "write_json",
    "write_table",
]
