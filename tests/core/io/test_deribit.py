from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import DataError
from outsample.io import Vendor, open_files

Chain = Callable[..., pd.DataFrame]
Write = Callable[..., Path]


def quotes(path: Path | list[Path], **choices: str) -> OptionQuotes:
    dataset = open_files(path, **choices).dataset
    assert isinstance(dataset, OptionQuotes)
    return dataset


def ns(column: pd.Series) -> np.ndarray:
    return pd.to_datetime(column).dt.as_unit("ns").astype("int64").to_numpy()


def test_the_raw_vendor_file_is_read_to_the_microsecond_and_the_last_digit(chain: Chain, write: Write):
    frame = chain()
    shuffled = frame.sample(frac=1.0, random_state=1)
    read = quotes(write(shuffled.to_csv(index=False), "deribit_options_snapshot.csv"))
    frame = frame.assign(is_call=frame.option_type == "call").sort_values(["expiry_datetime", "strike", "is_call"])
    assert (read.currency, read.venue, read.settlement) == ("BTC", "Deribit", Settlement.INVERSE)
    assert np.array_equal(read.time, ns(frame.timestamp))
    assert np.array_equal(read.expiry, ns(frame.expiry_datetime))
    assert [read.instruments[i] for i in read.instrument] == frame.instrument_name.tolist()
    for canonical, source in (
        ("strike", "strike"), ("forward", "underlying"), ("index", "index_price"), ("bid", "bid_price"),
        ("ask", "ask_price"), ("mark", "mark_price"), ("mark_vol", "implied_volatility"), ("volume", "volume"),
        ("open_interest", "open_interest"), ("is_call", "is_call"),
    ):  # fmt: skip
        assert np.array_equal(getattr(read, canonical), frame[source].to_numpy(), equal_nan=source != "is_call")
    assert np.isnan(read.bid).any()


def test_several_snapshots_become_one_history(chain: Chain, write: Write):
    times = ["2026-01-15T09:21:30.027641+00:00", "2026-01-15T15:20:01.5+00:00", "2026-01-16T09:21:30+00:00"]
    paths = [write(chain((time,)).to_csv(index=False), f"snapshot{i}.csv") for i, time in enumerate(times)]
    imported = open_files(list(reversed(paths)))
    assert imported.dataset.times.tolist() == ns(pd.Series(pd.to_datetime(times, format="ISO8601"))).tolist()
    assert imported.report.rows_kept == 3 * len(chain())
    assert len(imported.report.files) == 3
    assert imported.dataset.source["files"][0]["sha256"] == imported.report.files[0].sha256


def test_parquet_with_float32_and_dictionaries_reads_the_same_as_csv(chain: Chain, write: Write, tmp_path: Path):
    frame = chain().rename(
        columns={"timestamp": "snapshot", "expiry_datetime": "expiry", "implied_volatility": "mark_iv"}
    )
    for column in ("snapshot", "expiry"):
        frame[column] = pd.to_datetime(frame[column]).dt.as_unit("us")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for column, kind in (("strike", "float"), ("mark_iv", "float"), ("open_interest", "float")):
        table = table.set_column(table.column_names.index(column), column, table[column].cast(kind))
    for column in ("instrument_name", "option_type", "currency"):
        table = table.set_column(table.column_names.index(column), column, table[column].dictionary_encode())
    parquet.write_table(table, tmp_path / "chain.parquet")
    from_csv = quotes(write(chain().to_csv(index=False), "chain.csv"))
    assert quotes(tmp_path / "chain.parquet").fingerprint == from_csv.fingerprint


def test_strike_expiry_and_type_come_from_the_name_where_columns_are_missing(chain: Chain, write: Write):
    whole = quotes(write(chain().to_csv(index=False), "a.csv"))
    bare = chain().drop(columns=["strike", "expiry_datetime", "option_type", "currency"])
    assert quotes(write(bare.to_csv(index=False), "b.csv")).fingerprint == whole.fingerprint


def test_cells_that_are_missing_are_filled_from_the_name(chain: Chain, write: Write):
    whole = quotes(write(chain().to_csv(index=False), "a.csv"))
    holes = chain()
    holes.loc[3, "strike"], holes.loc[5, "expiry_datetime"], holes.loc[7, "option_type"] = np.nan, None, None
    assert quotes(write(holes.to_csv(index=False), "b.csv")).fingerprint == whole.fingerprint


def test_a_chain_without_names_is_known_by_its_terms_and_the_size_of_its_premiums(chain: Chain, write: Write):
    read = open_files(write(chain().drop(columns="instrument_name").to_csv(index=False)))
    assert isinstance(read.dataset, OptionQuotes)
    assert set(read.dataset.instruments) == set(chain().instrument_name)
    assert read.dataset.settlement is Settlement.INVERSE
    assert any("from their size" in note for note in read.report.notes)


def test_percent_is_recognised_and_reported(chain: Chain, write: Write):
    frame = chain()
    fractions = quotes(write(frame.to_csv(index=False), "a.csv")).mark_vol
    frame["implied_volatility"] = (100 * frame.implied_volatility).round(2)
    read = open_files(write(frame.to_csv(index=False), "b.csv"))
    assert np.array_equal(read.dataset.mark_vol, fractions)
    assert any("implied_volatility are read as percent" in note for note in read.report.notes)


def test_linear_options_settle_in_the_quote_currency(chain: Chain, write: Write):
    frame = chain(base="SOL_USDC")
    for column in ("bid_price", "ask_price", "mark_price"):
        frame[column] *= frame.underlying
    read = open_files(write(frame.to_csv(index=False)))
    assert isinstance(read.dataset, OptionQuotes)
    assert (read.dataset.settlement, read.dataset.currency) == (Settlement.LINEAR, "SOL")
    assert read.report.self_check is not None
    assert read.report.self_check.is_convincing


def test_other_underlyings_are_left_out_by_name_and_can_be_chosen(chain: Chain, write: Write):
    few = chain(base="ETH").head(7)
    path = write(pd.concat([few, chain()]).to_csv(index=False))
    default = open_files(path).report
    assert (default.rows_kept, default.left_out) == (len(chain()), {"ETH": 7})
    chosen = open_files(path, currency="eth").report
    assert (chosen.rows_kept, chosen.left_out) == (7, {"BTC": len(chain())})
    with pytest.raises(DataError, match="quotes of SOL are required, found only BTC, ETH; choose one"):
        open_files(path, currency="SOL")


def test_inverse_and_linear_options_on_one_coin_are_not_mixed(chain: Chain, write: Write):
    path = write(pd.concat([chain(), chain(base="BTC_USDC").head(9)]).to_csv(index=False))
    assert open_files(path, currency="BTC").report.left_out == {"BTC_USDC": 9}
    assert open_files(path, currency="BTC_USDC").report.rows_kept == 9


def test_every_bad_row_is_rejected_once_with_its_reason_and_text(chain: Chain, write: Write):
    frame = chain().astype(object)
    frame.loc[0, "bid_price"] = "oops"
    frame.loc[1, "strike"] = -5
    frame.loc[2, "underlying"] = 0
    frame.loc[3, "expiry_datetime"] = "2026-01-15T08:00:00+00:00"
    frame.loc[4, "timestamp"] = "yesterday"
    frame.loc[5, "instrument_name"] = "BTC-PERPETUAL"
    frame.loc[6, "ask_price"] = "1e999"
    report = open_files(write(frame.to_csv(index=False))).report
    assert report.rejected == {
        "unparseable": 4, "strike not above 0": 1, "forward not above 0": 1, "expiry not after the quote": 1,
    }  # fmt: skip
    text = {reject.row: reject.text for reject in report.rejects}
    assert sorted(text) == [1, 2, 3, 4, 5, 6, 7]
    assert text[1] == "bid_price='oops'"
    assert "yesterday" in text[5]
    assert "BTC-PERPETUAL" in text[6]
    assert report.rows_kept == len(frame) - 7
    assert report.rows_read == report.rows_kept + report.rows_rejected


def test_of_repeated_quotes_the_last_is_kept(chain: Chain, write: Write):
    again = chain().head(3).assign(bid_price=0.5)
    read = open_files(write(pd.concat([chain(), again]).to_csv(index=False)))
    assert isinstance(read.dataset, OptionQuotes)
    assert read.report.rejected == {"repeated instrument and time, last kept": 3}
    assert sorted(reject.row for reject in read.report.rejects) == [1, 2, 3]
    assert np.count_nonzero(read.dataset.bid == 0.5) == 3


def test_repeats_across_files_name_the_file_that_lost(chain: Chain, write: Write):
    first, second = (write(chain().to_csv(index=False), name) for name in ("first.csv", "second.csv"))
    report = open_files([first, second]).report
    assert report.rejected == {"repeated instrument and time, last kept": len(chain())}
    assert {reject.file for reject in report.rejects} == {"first.csv"}


def test_crossed_one_sided_and_zero_quotes_are_kept_and_noted(chain: Chain, write: Write):
    frame = chain()
    frame.loc[0, ["bid_price", "ask_price"]] = [0.5, 0.4]
    frame.loc[1, ["bid_price", "ask_price"]] = [0.0, np.nan]
    read = open_files(write(frame.to_csv(index=False)))
    assert read.report.rows_kept == len(frame)
    assert any("1 quotes are crossed" in note for note in read.report.notes)
    assert any("1 quotes have no ask" in note for note in read.report.notes)
    assert np.count_nonzero(read.dataset.bid == 0.0) == 1


def test_a_column_that_contradicts_the_names_is_reported(chain: Chain, write: Write):
    frame = chain()
    frame.loc[:9, "strike"] += 1.0
    notes = open_files(write(frame.to_csv(index=False))).report.notes
    assert any(note == "Warning: strike contradicts the instrument name in 10 rows." for note in notes)


def test_expiry_days_without_a_clock_are_at_eight(chain: Chain, write: Write):
    whole = quotes(write(chain().to_csv(index=False), "a.csv"))
    frame = chain()
    frame["expiry_datetime"] = frame.expiry_datetime.str[:10]
    assert quotes(write(frame.to_csv(index=False), "b.csv")).fingerprint == whole.fingerprint


def test_a_missing_column_is_named_with_what_was_found(chain: Chain, write: Write):
    path = write(chain().drop(columns="underlying").to_csv(index=False))
    with pytest.raises(
        DataError, match="need a column for forward, found in prices.csv only: timestamp, instrument_name"
    ):
        open_files(path)


def test_a_file_of_one_snapshot_and_one_row_is_imported(chain: Chain, write: Write):
    report = open_files(write(chain().head(1).to_csv(index=False))).report
    assert report.rows_kept == 1


def test_a_file_without_a_good_row_says_why(chain: Chain, write: Write):
    frame = chain().assign(strike=-1.0)
    with pytest.raises(
        DataError, match=r"at least one good row, found none \(most of them strike not above 0 \(row 1:"
    ):
        open_files(write(frame.to_csv(index=False)))


def test_absurd_numbers_raise_no_warning(chain: Chain, write: Write):
    frame = chain()
    frame.loc[0, ["strike", "underlying", "mark_price", "implied_volatility"]] = [1e300, 1e-300, 1e300, 1e300]
    frame.loc[1, ["strike", "underlying", "implied_volatility"]] = [1e-300, 1e300, 1e-300]
    assert open_files(write(frame.to_csv(index=False))).report.rows_kept == len(frame)


def test_the_wrong_vendor_is_refused_by_its_columns(chain: Chain, write: Write):
    prices = write("date,open,high,low,close\n2020-01-01,1,1,1,1\n2020-01-02,1,1,1,1\n")
    with pytest.raises(DataError, match="need a column for time and strike|need a column for"):
        open_files(prices, vendor=Vendor.DERIBIT)


@pytest.mark.parametrize(
    ("header", "vendor"),
    [
        ("exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,bid_price", "Tardis"),
        ("underlying_symbol,quote_date,root,expiration,strike,option_type,bid_1545", "Cboe DataShop"),
        ("secid,date,symbol,exdate,cp_flag,strike_price,best_bid,best_offer", "OptionMetrics"),
        ("contractSymbol,lastTradeDate,strike,bid,ask,impliedVolatility", "yfinance"),
    ],
)
def test_vendors_without_a_reader_are_recognised_and_named(write: Write, header: str, vendor: str):
    with pytest.raises(DataError, match=f"found the columns of {vendor}.*no reader; convert it"):
        open_files(write(header + "\n" + ",".join("1" * (header.count(",") + 1)) + "\n"))
