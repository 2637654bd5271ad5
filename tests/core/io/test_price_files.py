import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather

from outsample.datasets import Prices
from outsample.errors import DataError
from outsample.io import BarStamp, Imported, open_files

Write = Callable[..., Path]
DAY = 86_400 * 10**9


def ns(text: str) -> int:
    return pd.Timestamp(text).as_unit("ns").value


def prices(imported: Imported) -> Prices:
    assert isinstance(imported.dataset, Prices)
    return imported.dataset


@pytest.mark.parametrize(
    "header",
    [
        "unix,open,high,low,close,volume",
        "Timestamp,Open,High,Low,Close,Volume",
        "TIME,O,H,L,C,V",
        "Open time,1. open,2. high,3. low,4. close,5. volume",
        "\ufeffDate, Open , HIGH,low,Close*,Vol.",
        "time_utc,BTC.Open,BTC.High,BTC.Low,BTC.Close,BTC.Volume",
        ",open_price,high_price,low_price,close_price,base volume",
    ],
)
def test_columns_are_found_in_any_spelling(write: Write, header: str):
    rows = "\n".join(f"{1_600_000_000 + 3600 * i},{10 + i},{12 + i},{9 + i},{11 + i},{100 + i}" for i in range(5))
    read = prices(open_files(write(f"{header}\n{rows}\n")))
    assert read.time.tolist() == [(1_600_000_000 + 3600 * (i + 1)) * 10**9 for i in range(5)]
    assert [read.open[0], read.high[0], read.low[0], read.close[0], read.volume[0]] == [10, 12, 9, 11, 100]


def test_columns_are_found_in_any_order(write: Write):
    read = open_files(write("close,note,low,date,high,open\n11,x,9,2020-01-01,12,10\n12,y,10,2020-01-02,13,11\n"))
    assert prices(read).close.tolist() == [11, 12]
    assert prices(read).open.tolist() == [10, 11]
    assert np.isnan(prices(read).volume).all()
    assert {column.canonical: column.source for column in read.report.mapping} == {
        "time": "date", "open": "open", "high": "high", "low": "low", "close": "close",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["price", "SP500", "Value", "Close/Last", "VIX", "anything"])
def test_a_single_price_column_is_enough(write: Write, name: str):
    read = prices(open_files(write(f"Date,{name}\n2020-01-01,10\n2020-01-02,11\n", "series.csv")))
    assert read.close.tolist() == [10, 11]
    assert np.isnan(read.high).all()


def test_a_close_is_known_when_its_bar_ends(write: Write):
    hourly = "date,open,high,low,close\n" + "".join(f"2020-01-01 {h:02d}:00,1,1,1,{h + 1}\n" for h in range(24))
    read = open_files(write(hourly))
    assert prices(read).time[0] == ns("2020-01-01T01:00")
    midnight, close = prices(read).daily()
    assert midnight.tolist() == [ns("2020-01-02")]
    assert close.tolist() == [24.0]
    assert any("known 1 h later" in note for note in read.report.notes)
    assert prices(open_files(write(hourly), stamp=BarStamp.END)).time[0] == ns("2020-01-01")


def test_a_daily_close_is_known_at_the_end_of_its_day(write: Write):
    read = prices(open_files(write("Date,Close\n2020-01-03,1\n2020-01-06,2\n2020-01-07,3\n")))
    assert read.time.tolist() == [ns("2020-01-04"), ns("2020-01-07"), ns("2020-01-08")]


def test_a_month_is_known_when_it_ends(write: Write):
    read = prices(open_files(write("Date,SP500\n2020-01-01,1\n2020-02-01,2\n2020-03-01,3\n")))
    assert read.time.tolist() == [ns("2020-02-01"), ns("2020-03-01"), ns("2020-04-01")]


def test_a_month_end_is_a_day(write: Write):
    read = prices(open_files(write("Date,price\n2020-01-31,1\n2020-02-29,2\n2020-03-31,3\n")))
    assert read.time.tolist() == [ns("2020-02-01"), ns("2020-03-01"), ns("2020-04-01")]


def test_a_price_with_a_clock_of_its_own_is_known_then(write: Write):
    read = prices(open_files(write("time,price\n2020-01-01T10:11:12Z,1\n2020-01-01T10:20:00Z,2\n")))
    assert read.time.tolist() == [ns("2020-01-01T10:11:12"), ns("2020-01-01T10:20")]


def test_bars_without_a_usual_length_are_known_at_the_next_stamp(write: Write):
    stamps = [0, 7, 30, 41, 100]
    rows = "".join(f"{1_600_000_000 + s},1,1,1,1\n" for s in stamps)
    read = prices(open_files(write("unix,open,high,low,close\n" + rows)))
    assert ((read.time[:-1] // 10**9) - 1_600_000_000).tolist() == stamps[1:]


def test_rows_in_any_order_are_sorted_and_counted(write: Write):
    read = open_files(write("date,price\n2020-01-03,3\n2020-01-01,1\n2020-01-02,2\n"))
    assert prices(read).close.tolist() == [1, 2, 3]
    assert any("1 steps back" in note for note in read.report.notes)
    newest_first = open_files(write("date,price\n2020-01-03,3\n2020-01-02,2\n2020-01-01,1\n"))
    assert prices(newest_first).close.tolist() == [1, 2, 3]
    assert "Rows were newest first and have been sorted." in newest_first.report.notes


def test_of_repeated_times_the_last_is_kept(write: Write):
    read = open_files(write("date,price\n2020-01-01,1\n2020-01-02,2\n2020-01-01,9\n2020-01-03,3\n"))
    assert prices(read).close.tolist() == [9, 2, 3]
    assert read.report.rejected == {"repeated time, last kept": 1}
    assert (read.report.rejects[0].row, read.report.rejects[0].text) == (1, "stamp 2020-01-01, close 1")


def test_every_unusable_bar_is_rejected_with_its_reason(write: Write):
    text = (
        "date,price\n2020-01-01,1\n2020-01-02,\n2020-01-03,NaN\n2020-01-04,0\n2020-01-05,-3\n2020-01-06,n.v.\nsoon,4\n"
    )
    text += "2020-01-08,5\n2020-01-09\n2020-01-10,inf\n"
    report = open_files(write(text)).report
    assert report.rejected == {"unparseable": 4, "close missing": 2, "close not above 0": 2}
    found = {reject.row: reject.text for reject in report.rejects}
    assert sorted(found) == [2, 3, 4, 5, 6, 7, 9, 10]
    assert found[6] == "price='n.v.'"
    assert found[7] == "date='soon'"
    assert found[9] == "line '2020-01-09'"
    assert report.rows_read == 10 == report.rows_kept + report.rows_rejected


def test_bad_open_high_low_and_volume_are_missing_not_rejected(write: Write):
    text = (
        "date,open,high,low,close,volume\n2020-01-01,0,2,1,1.5,1.2K\n2020-01-02,1,x,1,1.5,7\n2020-01-03,1,2,1,1.5,8\n"
    )
    read = open_files(write(text))
    assert np.array_equal(prices(read).open, [np.nan, 1, 1], equal_nan=True)
    assert np.array_equal(prices(read).high, [2, np.nan, 2], equal_nan=True)
    assert np.array_equal(prices(read).volume, [np.nan, 7, 8], equal_nan=True)
    assert sum("taken as missing" in note for note in read.report.notes) == 3


def test_several_series_are_never_mixed(write: Write):
    rows = "".join(f"2020-01-0{d},{s},{e},{d}\n" for d in (1, 2, 3) for s in ("BTC", "ETH") for e in ("kraken", "okx"))
    path = write("date,symbol,exchange,close\n" + rows)
    with pytest.raises(DataError, match="one series is required, found 4 .*BTC kraken, BTC okx, ETH kraken, ETH okx"):
        open_files(path)
    with pytest.raises(DataError, match="found 2 in prices.csv: ETH kraken, ETH okx; choose"):
        open_files(path, symbol="ETH")
    read = open_files(path, symbol="ETH okx")
    assert prices(read).symbol == "ETH okx"
    assert prices(read).close.tolist() == [1, 2, 3]
    assert read.report.left_out == {"BTC kraken": 3, "BTC okx": 3, "ETH kraken": 3}
    assert read.report.rows_read == 12 == read.report.rows_kept + sum(read.report.left_out.values())


def test_one_symbol_names_the_series(write: Write):
    path = write("date,symbol,close\n2020-01-01,BTC/USD,1\n2020-01-02,BTC/USD,2\n")
    assert prices(open_files(path)).symbol == "BTC/USD"
    with pytest.raises(DataError, match="the series ETH is required, found only BTC/USD"):
        open_files(path, symbol="ETH")


def test_one_column_a_series_asks_for_the_column(write: Write):
    path = write("Date,AAPL,MSFT\n2020-01-01,1,2\n2020-01-02,3,4\n")
    with pytest.raises(DataError, match="found 2 possible ones in prices.csv: AAPL, MSFT; choose one"):
        open_files(path)
    assert prices(open_files(path, symbol="MSFT")).close.tolist() == [2, 4]


def test_adjusted_close_scales_the_bar(write: Write):
    path = write("Date,Open,High,Low,Close,Adj Close\n2020-01-01,8,12,6,10,5\n2020-01-02,10,12,9,11,11\n")
    read = prices(open_files(path))
    assert [read.open[0], read.high[0], read.low[0], read.close[0]] == [4, 6, 3, 5]
    assert [read.open[1], read.close[1]] == [10, 11]


def test_two_statements_of_the_time_are_compared(write: Write):
    good = "unix,date,close\n1577836800,2020-01-01,1\n1577923200,2020-01-02,2\n"
    assert any("state the same time in all 2 rows" in note for note in open_files(write(good)).report.notes)
    bad = good.replace("2020-01-02", "2020-01-03")
    assert any("state different times in 1 of 2 rows; unix is used" in n for n in open_files(write(bad)).report.notes)


def test_date_and_time_of_day_in_two_columns_are_joined(write: Write):
    read = prices(open_files(write("Date,Time,Close\n2020-01-01,09:30:00,1\n2020-01-01,09:31:00,2\n")))
    assert read.time.tolist() == [ns("2020-01-01T09:30"), ns("2020-01-01T09:31")]


def test_bars_off_the_round_times_are_pointed_out(write: Write):
    rows = "".join(f"{1_577_836_800 + 3 * 3600 + 4 * 3600 * i},1,1,1,1\n" for i in range(10))
    notes = open_files(write("unix,open,high,low,close\n" + rows)).report.notes
    assert any(note.startswith("Warning: bars of 4 h begin 3 h after the round UTC times") for note in notes)


def test_volume_labels_that_change_places_are_found(write: Write):
    rows = [f"2020-01-0{d},100,{d},{100 * d}\n" for d in (1, 2, 3)] + ["2020-01-04,100,400,4\n", "2020-01-05,100,7,9\n"]
    read = open_files(write("date,close,Volume BTC,Volume USD\n" + "".join(rows)))
    assert prices(read).volume.tolist() == [1, 2, 3, 4, 7]
    assert any("changed places in 1 of 5" in note for note in read.report.notes)
    assert any("do not agree with the price in 1 rows" in note for note in read.report.notes)


def test_returns_given_as_prices_are_pointed_out(write: Write):
    rows = "".join(f"2020-01-{d:02d},{(-1) ** d / 100}\n" for d in range(1, 20))
    notes = open_files(write("date,ret\n" + rows)).report.notes
    assert any("is it a return or a rate" in note for note in notes)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found(write: Write, delimiter: str):
    text = "date,close\n2020-01-01,1.5\n2020-01-02,2.5\n".replace(",", delimiter)
    read = open_files(write(text))
    assert prices(read).close.tolist() == [1.5, 2.5]
    assert any("separated by" in note for note in read.report.notes)


def test_a_web_address_above_the_header_is_skipped(write: Write):
    text = "https://www.example.org\nunix,date,symbol,close\n1577836800,2020-01-01,X,1\n1577923200,2020-01-02,X,bad\n"
    read = open_files(write(text + "1578009600,2020-01-03,X,3\n"))
    assert prices(read).close.tolist() == [1, 3]
    assert read.report.rejects[0].row == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_are_found(write: Write, encoding: str):
    text = "Date,Schluß,close\n2020-01-01,ä,1\n2020-01-02,é,2\n"
    assert prices(open_files(write(text.encode(encoding)))).close.tolist() == [1, 2]


def test_gzip_parquet_and_arrow_read_alike(write: Write, tmp_path: Path):
    text = "date,close\n2020-01-01,1.5\n2020-01-02,2.5\n2020-01-03,3.5\n"
    frame = pd.DataFrame({"date": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"]), "close": [1.5, 2.5, 3.5]})
    frame.to_parquet(tmp_path / "prices.parquet")
    feather.write_feather(pa.Table.from_pandas(frame), tmp_path / "prices.feather", compression="uncompressed")
    paths = [write(text), write(gzip.compress(text.encode()), "prices.csv.gz")]
    paths += [tmp_path / "prices.parquet", tmp_path / "prices.feather"]
    assert len({prices(open_files(path)).fingerprint for path in paths}) == 1


def test_a_pandas_index_is_a_time_column(tmp_path: Path):
    frame = pd.DataFrame({"close": [1.0, 2.0]}, index=pd.to_datetime(["2020-01-01", "2020-01-02"], utc=True))
    frame.to_parquet(tmp_path / "indexed.parquet")
    frame.to_csv(tmp_path / "indexed.csv")
    for name in ("indexed.parquet", "indexed.csv"):
        assert prices(open_files(tmp_path / name)).time.tolist() == [ns("2020-01-02"), ns("2020-01-03")]


def test_yearly_files_are_joined_and_repeats_counted(write: Write):
    first = write("date,symbol,close\n2020-01-01,X,1\n2020-01-02,X,2\n", "2020.csv")
    second = write("date,symbol,close\n2020-01-02,X,5\n2020-01-03,X,3\n", "2021.csv")
    read = open_files([first, second])
    assert prices(read).close.tolist() == [1, 5, 3]
    assert read.report.rejects[0].file == "2020.csv"
