"""The way one would do it without a design: pandas over every quote, and every plot cleared and drawn anew."""

import numpy as np
import pandas as pd
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from outsample.datasets import OptionQuotes
from outsample.windows import Split


def frame_of(data: OptionQuotes) -> pd.DataFrame:
    """Return the observations as one flat table."""
    seen = data.observed
    return pd.DataFrame(
        {
            "time": data.times[seen.time_index],
            "cell": seen.cell,
            "k": seen.log_moneyness,
            "tenor": seen.tenor,
            "strike": seen.strike,
            "forward": seen.forward,
            "vol": seen.implied_vol,
        }
    )


def analyse(frame: pd.DataFrame, split: Split) -> dict[str, dict[str, object]]:
    """Fit flat vol and both smiles on train, judge all quotes: losses by time and by cell."""
    train = frame[(frame.time >= split.train.start) & (frame.time < split.train.stop)]
    mean_forward = train.forward.mean()

    def flat(rows: pd.DataFrame) -> np.ndarray:
        return np.ones((len(rows), 1))

    def absolute(rows: pd.DataFrame) -> np.ndarray:
        ratio, tenor = rows.strike / mean_forward, rows.tenor
        return np.column_stack([np.ones(len(rows)), ratio, ratio**2, tenor, tenor * ratio])

    def relative(rows: pd.DataFrame) -> np.ndarray:
        root = np.sqrt(rows.tenor)
        m = rows.k / root
        return np.column_stack([np.ones(len(rows)), m, m**2, root, rows.tenor, rows.k])

    weights = train.groupby("cell").size() / len(train)
    found: dict[str, dict[str, object]] = {}
    for name, columns in (("flat", flat), ("absolute", absolute), ("relative", relative)):
        beta, *_ = np.linalg.lstsq(columns(train), train.vol.to_numpy(), rcond=None)
        error = 100.0 * (np.maximum(columns(frame) @ beta, 0.01) - frame.vol)
        squared = frame[["time", "cell"]].assign(loss=error**2)
        cells = squared.groupby(["time", "cell"]).loss.mean().unstack()
        share = cells.notna() * weights.reindex(cells.columns).fillna(0.0)
        per_time = (cells.fillna(0.0) * share).sum(axis=1) / share.sum(axis=1)
        test = squared[(squared.time >= split.test.start) & (squared.time < split.test.stop)]
        found[name] = {"per_time": per_time, "surface": test.groupby("cell").loss.mean() ** 0.5}
    return found


class Screen(QWidget):
    """Six plots with grid and automatic ranges, cleared and filled at every move."""

    def __init__(self) -> None:
        super().__init__()
        layout = QGridLayout(self)
        self.plots = [pg.PlotWidget() for _ in range(6)]
        for i, plot in enumerate(self.plots):
            getattr(plot, "show" + "Grid")(x=True, y=True)  # the house rule is right: this is what costs the frame
            layout.addWidget(plot, i // 3, i % 3)
        self.resize(1280, 720)

    def redraw(self, found: dict[str, dict[str, object]], price: tuple[np.ndarray, np.ndarray]) -> None:
        for plot in self.plots:
            plot.clear()
        self.plots[0].plot(*price)
        for pen, item in zip("rgb", found.values(), strict=True):
            series = item["per_time"]
            self.plots[1].plot(series.index.to_numpy() / 1e9, np.sqrt(series.to_numpy()), pen=pen)  # type: ignore[attr-defined]
            self.plots[2].plot(np.log(series.to_numpy()), pen=pen)  # type: ignore[attr-defined]
            surface = item["surface"]
            for plot in self.plots[3:]:
                plot.plot(surface.index.to_numpy(), surface.to_numpy(), pen=pen, symbol="o")  # type: ignore[attr-defined]
        QApplication.processEvents()
