"""Books and calendars are told from histories by their header alone."""

import gzip

import pytest

from outsample.io import looks_like_book
from outsample.io.events import looks_like_events

BOOKS = (
    "instrument,quantity",
    "Net Qty;Instrument Name",
    "account\tsymbol\tposition\tmark price",
    "as of,date,contract,lots",
    "instrument,quantity,direction,price",
)
NO_BOOKS = (
    "timestamp,instrument_name,bid_price,ask_price,amount",
    "date,symbol,close,amount",
    "time,symbol,price,size,side",
    "date,open,high,low,close,volume",
    "instrument,strike,bid",
    "quantity,price",
    "",
)
CALENDARS = (
    "start,stop,regime,name",
    "Name;End;From",
    "begin\tevent",
    "date,event",
    "timestamp,regime",
    "START UTC,label",
    "regime,days,since",
)
NO_CALENDARS = (
    "date,open,high,low,close,volume",
    "start,name,price",
    "start time,open,close,type",
    "timestamp,instrument_name,bid_price,ask_price,label",
    "start,stop",
    "date,name",
    "name,regime",
    "instrument,quantity,name,start",
    "symbol,position,from,kind",
    "",
)
ROW = "1,2,3,4,5,6"
both = pytest.mark.parametrize("looks_like", [looks_like_book, looks_like_events])


@pytest.mark.parametrize(
    ("looks_like", "header"),
    [*((looks_like_book, one) for one in BOOKS), *((looks_like_events, one) for one in CALENDARS)],
)
def test_a_table_is_recognised_whatever_its_columns_are_called(tmp_path, looks_like, header):
    path = tmp_path / "any.csv"
    path.write_text(f"{header}\n{ROW}\n")
    assert looks_like(path)
    packed = tmp_path / "any.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert looks_like(packed)


@pytest.mark.parametrize(
    ("looks_like", "header"),
    [*((looks_like_book, one) for one in NO_BOOKS), *((looks_like_events, one) for one in NO_CALENDARS)],
)
def test_histories_and_other_tables_are_none(tmp_path, looks_like, header):
    path = tmp_path / "any.csv"
    path.write_text(f"{header}\n{ROW}\n")
    assert not looks_like(path)


@both
@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"ARROW1", b"\x89PNG\r\n", b"{}", b"\x1f\x8bnot gzip", b"\x00\x01" * 9]
)
def test_what_is_no_text_is_none(tmp_path, looks_like, content):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    assert not looks_like(path)


@both
def test_what_is_not_there_is_none(tmp_path, looks_like):
    assert not looks_like(tmp_path / "gone.csv")
    assert not looks_like(tmp_path)
    assert not looks_like("a\0b.csv")
