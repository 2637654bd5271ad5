"""What an import found, as a table: counts by reason, units, epochs, the venue's marks repriced, the waterfall."""

from outsample.datasets import OptionQuotes
from outsample.io import ImportReport
from outsample.model import Dataset
from outsample.report.table import Table, column

__all__ = ["quality_table"]


def quality_table(data: Dataset, report: ImportReport | None) -> Table:
    """Return the data-quality report of a data set.

    Parameters
    ----------
    data : Dataset
    report : ImportReport, optional
        None for data that were made, not imported.
    """
    rows: list[tuple[str, str]] = []
    if report is not None:
        rows += [("import", sentence) for sentence in report.sentences()]
    if isinstance(data, OptionQuotes):
        rows.append(("weight 1", f"{data.observed.size:,} of {data.size:,} quotes are observations."))
        waterfall = data.weight_reasons.items()
        rows += [
            ("weight 0", f"{data.filters.says(reason)}: {count:,} quotes.") for reason, count in waterfall if count
        ]
    rows.append(("content", f"SHA-256 {data.fingerprint}"))
    if report is not None:
        rejects = [f"{one.file}, row {one.row}: {one.reason}: {one.text}" for one in report.rejects[:_LISTED]]
        rows += [("rejected", text) for text in rejects]
    return Table("quality", (column("about", [row[0] for row in rows]), column("finding", [row[1] for row in rows])))


_LISTED = 500
