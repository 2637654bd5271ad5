"""A book is told from a history by its header alone."""

import gzip

import pytest

from outsample.io import looks_like_book


@pytest.mark.parametrize(
    "header",
    [
        "instrument,quantity",
        "Net Qty;Instrument Name",
        "account\tsymbol\tposition\tmark price",
        "as of,date,contract,lots",
        "instrument,quantity,direction,price",
    ],
)
def test_positions_are_a_book_whatever_their_columns_are_called(tmp_path, header):
    path = tmp_path / "any.csv"
    path.write_text(f"{header}\n1,2,3,4,5\n")
    assert looks_like_book(path)
    packed = tmp_path / "any.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert looks_like_book(packed)


@pytest.mark.parametrize(
    "header",
    [
        "timestamp,instrument_name,bid_price,ask_price,amount",
        "date,symbol,close,amount",
        "time,symbol,price,size,side",
        "date,open,high,low,close,volume",
        "instrument,strike,bid",
        "quantity,price",
        "",
    ],
)
def test_histories_and_other_tables_are_none(tmp_path, header):
    path = tmp_path / "any.csv"
    path.write_text(f"{header}\n1,2,3,4,5\n")
    assert not looks_like_book(path)


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"ARROW1", b"\x89PNG\r\n", b"{}", b"\x1f\x8bnot gzip", b"\x00\x01" * 9]
)
def test_what_is_no_text_is_none(tmp_path, content):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    assert not looks_like_book(path)


def test_nothing_is_no_book(tmp_path):
    assert not looks_like_book(tmp_path / "gone.csv")
    assert not looks_like_book(tmp_path)
    assert not looks_like_book("a\0b.csv")
