"""The table in front, filled when it is looked at; the others wait."""

from outsample.io import ImportReport
from outsample.report import Table
from outsample.report.quality import quality_table
from outsample.report.tables import parameters_table, quotes_table, regimes_table
from outsample_desktop.evaluator import Answer
from outsample_desktop.views.overview import OverviewRoom

__all__ = ["fill_front_table"]


def fill_front_table(room: OverviewRoom, answer: Answer, report: ImportReport | None) -> None:
    """Fill the table that is in front with what an answer says; one without an analysis fills nothing.

    Parameters
    ----------
    room : OverviewRoom
    answer : Answer
    report : ImportReport, optional
        Of the data that are open; None for data that were made.
    """
    if answer.analysis is None or answer.view is None:
        return
    analysis, state = answer.analysis, answer.request.state
    front = room.tabs.currentWidget()
    if front is room.tables["quotes"] and state.cell is None:
        room.tables["quotes"].show_table(Table("quotes", ()))
    elif front is room.tables["quotes"] and state.cell is not None:
        active = next((row.name for row in answer.view.models.rows if row.is_active), "")
        room.tables["quotes"].show_table(quotes_table(analysis, state.cell, analysis.split.test, active))
    elif front is room.tables["parameters"]:
        room.tables["parameters"].show_table(parameters_table(analysis))
    elif front is room.tables["regimes"]:
        room.tables["regimes"].show_table(regimes_table(analysis))
    elif front is room.tables["data"]:
        room.tables["data"].show_table(quality_table(analysis.data, report))
