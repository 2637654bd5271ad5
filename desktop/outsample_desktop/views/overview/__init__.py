"""Overview: the verdict, decay, error surface, slices and models of one split."""

from outsample_desktop.views.overview.room import OverviewRoom

__all__ = ["OverviewRoom"]
