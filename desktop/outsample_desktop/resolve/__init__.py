"""From intention and answers to what each pane shows: pure and Qt-free."""

from outsample_desktop.resolve.resolve import resolve
from outsample_desktop.resolve.views import ViewState, same

__all__ = ["ViewState", "resolve", "same"]
