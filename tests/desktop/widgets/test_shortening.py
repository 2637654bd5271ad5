"""Names are shortened before their last word, and never wider than their room."""

import pytest

from outsample_desktop.widgets.lettering import width_of
from outsample_desktop.widgets.shortening import shortened

POINTS = 7.5
NAMES = ("variance at the money per √year", "variance at the money per year", "variance at the money, constant", "rho")


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_fits_and_is_whole_where_there_is_room(name):
    whole = width_of(name, POINTS)
    assert shortened(name, POINTS, whole) == name
    for room in range(20, int(whole) + 20, 7):
        assert width_of(shortened(name, POINTS, float(room)), POINTS) <= room


@pytest.mark.usefixtures("qapp")
def test_names_that_begin_alike_keep_what_differs():
    room = 0.7 * width_of(NAMES[0], POINTS)
    short = [shortened(name, POINTS, room) for name in NAMES[:3]]
    assert [text.split()[-1] for text in short] == ["√year", "year", "constant"]
    assert all(text.startswith("variance") and "…" in text for text in short)
