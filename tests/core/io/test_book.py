"""A book from a file: whatever the spelling, positions are right; what is wrong is counted or said in one sentence."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outsample.errors import DataError
from outsample.io.book import BookReject, read_book

Write = Callable[..., Path]
HISTORY = ("BTC-3JAN26-90000-C", "BTC-27MAR26-100000-P", "XRP_USDC-30JUN26-0d625-P", "odd one")


def test_instrument_and_quantity_are_found_whatever_their_spelling_and_place(write: Write):
    text = "account;Net Qty;Instrument Name\nx;-2.5;BTC-27MAR26-100000-P\ny;4;btc-03jan26-90000-c\n"
    book, report = read_book(write(text, "positions.csv"), HISTORY)
    assert book.instruments == ("BTC-27MAR26-100000-P", "BTC-3JAN26-90000-C")
    assert book.quantity.tolist() == [-2.5, 4.0]
    assert not book.quantity.flags.writeable
    assert (report.rows_read, report.rows_kept, report.positions, report.rejected) == (2, 2, 2, {})
    assert [(one.source, one.canonical) for one in report.mapping] == [
        ("Instrument Name", "instrument"),
        ("Net Qty", "quantity"),
    ]
    assert report.sentences()[0] == "Read 2 rows from positions.csv: 2 positions."


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv.gz"])
def test_other_forms_of_the_same_table(tmp_path: Path, kind: str):
    frame = pd.DataFrame({"size": [1.5, -3.0], "symbol": pd.Categorical(["odd one", "XRP_USDC-30JUN26-0.625-P"])})
    path = tmp_path / f"book.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "arrow":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, pa.Table.from_pandas(frame).schema) as writer:
            writer.write_table(pa.Table.from_pandas(frame))
    else:
        path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    book, _ = read_book(path, HISTORY)
    assert book.instruments == ("odd one", "XRP_USDC-30JUN26-0d625-P")
    assert book.quantity.tolist() == [1.5, -3.0]


def test_names_that_only_look_alike_are_not_the_same(write: Write):
    with pytest.raises(DataError, match="instrument is not in the history"):
        read_book(write("instrument,quantity\nX-1.5-C,1\nBTC-3JAN26-900000-C,2\n"), (*HISTORY, "X-15-C"))


def test_rows_of_one_instrument_add_up_and_are_mentioned(write: Write):
    text = "instrument,quantity\nodd one,1\nODD ONE,0.25\nBTC-3JAN26-90000-C,2\nBTC-3JAN26-90000-C,-2\n"
    book, report = read_book(write(text), HISTORY)
    assert (book.instruments, book.quantity.tolist()) == (("odd one",), [1.25])
    assert (report.rows_kept, report.positions) == (4, 1)
    assert report.notes == (
        "2 instruments stand in several rows, whose quantities were added.",
        "1 of them add up to 0 and are no position.",
    )


def test_a_direction_gives_an_unsigned_quantity_its_sign(write: Write):
    rows = [
        "sell,3,BTC-3JAN26-90000-C",
        "SELL,-4,odd one",
        "buy,2,BTC-27MAR26-100000-P",
        ",-1,XRP_USDC-30JUN26-0d625-P",
    ]
    book, _ = read_book(write("Side,Qty,Instrument\n" + "\n".join(rows)), HISTORY)
    assert dict(zip(book.instruments, book.quantity, strict=True)) == {
        "BTC-3JAN26-90000-C": -3.0,
        "odd one": -4.0,
        "BTC-27MAR26-100000-P": 2.0,
        "XRP_USDC-30JUN26-0d625-P": -1.0,
    }


def test_every_row_that_is_no_position_is_counted_by_its_reason(write: Write):
    lines = [
        "instrument,quantity,side",
        "odd one,1,buy",
        "odd one,ten,buy",
        "odd one,,buy",
        "odd one,inf,buy",
        ",3,buy",
        "BTC-3JAN26-95000-C,2,buy",
        "odd one,-2,buy",
        "odd one,2,hold",
        "odd one,0,buy",
        "odd one,1,buy,what is this",
    ]
    book, report = read_book(write("\n".join(lines)), HISTORY)
    assert (book.size, report.rows_read, report.rows_kept) == (1, 10, 1)
    assert report.rejected == {
        BookReject.UNPARSEABLE.value: 1,
        BookReject.NO_NAME.value: 1,
        BookReject.NOT_A_NUMBER.value: 2,
        BookReject.NO_QUANTITY.value: 1,
        BookReject.DIRECTION.value: 2,
        BookReject.UNKNOWN.value: 1,
        BookReject.NOTHING.value: 1,
    }
    rows = {one.row: (one.reason, one.text) for one in report.rejects}
    assert rows[2] == (BookReject.NOT_A_NUMBER.value, "quantity='ten'")
    assert rows[6] == (BookReject.UNKNOWN.value, "instrument='BTC-3JAN26-95000-C'")
    assert len(rows) == 9
    assert "Rejected, instrument is not in the history: 1." in report.sentences()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found an empty file"),
        (b"instrument,quantity\n", "found a header only"),
        (
            b"instrument,price\nodd one,1\n",
            "positions need a column for quantity, found in book.csv only: instrument, price",
        ),
        (b"a,b\n1,2\n", "positions need a column for instrument and quantity"),
        (b"odd one,1\n2,3\n", "need a column for instrument and quantity"),
        (
            b"instrument,quantity\nABC,1\n",
            r"found none in book.csv \(most of them: instrument is not in the history, as in",
        ),
        (b"instrument,quantity\nodd one,x\n", "most of them: quantity is not a number, as in row 1: quantity='x'"),
        (b"instrument,quantity\nodd one,1\nodd one,-1\n", "the rows of each add up to 0"),
        (b'instrument,quantity\nodd one,"1,5"\n', "decimal point and no commas"),
        (b"%PDF-1.4\n\x00\x01\x02\x03" + bytes(range(256)) * 20, "found binary content"),
        (b'{"result": []}', "found JSON"),
    ],
)
def test_each_kind_of_bad_file_gets_one_sentence(write: Write, content: bytes, message: str):
    with pytest.raises(DataError, match=message) as caught:
        read_book(write(content, "book.csv"), HISTORY)
    assert "\n" not in str(caught.value)
    assert "found" in str(caught.value)


def test_a_reason_of_which_no_row_was_kept_is_said_without_an_example(write: Write, monkeypatch):
    monkeypatch.setattr("outsample.io.sound_rows.MAXIMUM_REJECTS", 1)
    with pytest.raises(DataError, match=r"\(most of them: instrument is not in the history\); check the file"):
        read_book(write("instrument,quantity\nodd one,x\nA,1\nB,2\n"), HISTORY)


def test_a_column_that_cannot_be_text_is_named(tmp_path: Path):
    table = pa.table({"instrument": [["odd"], ["one"]], "quantity": [1.0, 2.0]})
    pyarrow.parquet.write_table(table, tmp_path / "book.parquet")
    with pytest.raises(DataError, match=r"column instrument of book\.parquet must hold text, found list"):
        read_book(tmp_path / "book.parquet", HISTORY)


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(DataError, match="found nothing at"):
        read_book(tmp_path / "absent.csv", HISTORY)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from([*HISTORY, "unknown", ""]), st.one_of(st.floats(-1e6, 1e6), st.text(max_size=5))),
        max_size=8,
    )
)
def test_whatever_the_rows_hold_they_are_all_accounted_for(write: Write, rows: list[tuple[str, float | str]]):
    frame = pd.DataFrame(rows, columns=["instrument", "quantity"])
    path = write(frame.to_csv(index=False), "book.csv")
    try:
        book, report = read_book(path, HISTORY)
    except DataError as error:
        assert "found" in str(error)  # noqa: PT017  (either outcome is right)
        return
    assert report.rows_read == report.rows_kept + sum(report.rejected.values())
    assert set(book.instruments) <= set(HISTORY)
    assert np.isfinite(book.quantity).all()
    assert (book.quantity != 0).all()
