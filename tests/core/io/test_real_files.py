"""Real vendor files, against an independent reading of them by pandas."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from outsample.datasets import OptionQuotes, Prices, Settlement
from outsample.errors import DataError
from outsample.io import Imported, open_files, read_store, write_store

pytestmark = pytest.mark.data
RealData = Callable[[str], Path]
HISTORY = "deribit_btc_2026/btc_6h_20251230_20260430.parquet"
SNAPSHOTS = [
    f"deribit_btc_2026/raw/deribit_options_snapshot_{stamp}.csv"
    for stamp in ("20260115T092130Z", "20260205T212937Z", "20260410T160126Z")
]


def ns(times: pd.Series) -> np.ndarray:
    return pd.to_datetime(times, utc=True).dt.as_unit("ns").astype("int64").to_numpy()


def quotes(imported: Imported) -> OptionQuotes:
    assert isinstance(imported.dataset, OptionQuotes)
    return imported.dataset


def prices(imported: Imported) -> Prices:
    assert isinstance(imported.dataset, Prices)
    return imported.dataset


def test_the_option_history_is_read_whole(real_data: RealData, tmp_path: Path):
    path = real_data(HISTORY)
    imported = open_files(path)
    read = quotes(imported)
    frame = pd.read_parquet(path)
    frame["is_call"] = frame.option_type == "call"
    frame = frame.sort_values(["snapshot", "expiry", "strike", "is_call"], kind="stable")
    assert read.size == len(frame) == imported.report.rows_read == imported.report.rows_kept
    assert (read.settlement, read.currency, read.times.size) == (Settlement.INVERSE, "BTC", frame.snapshot.nunique())
    assert np.array_equal(read.time, ns(frame.snapshot))
    assert np.array_equal(read.expiry, ns(frame.expiry))
    assert np.array_equal(np.array(read.instruments)[read.instrument], frame.instrument_name.astype(str))
    for canonical, source in (
        ("forward", "underlying"), ("index", "index_price"), ("bid", "bid_price"), ("ask", "ask_price"),
        ("mark", "mark_price"),
    ):  # fmt: skip
        assert np.array_equal(getattr(read, canonical), frame[source].to_numpy(), equal_nan=True), canonical
    for canonical, source in (
        ("strike", "strike"), ("mark_vol", "mark_iv"), ("open_interest", "open_interest"), ("volume", "volume"),
    ):  # fmt: skip
        expected = frame[source].drop_duplicates().astype(str)  # str of a float32 is its shortest decimal
        assert set(np.unique(getattr(read, canonical))) == set(expected.astype(float)), canonical
        assert np.array_equal(getattr(read, canonical).astype(np.float32), frame[source].to_numpy()), canonical
    assert np.isnan(read.bid).sum() == frame.bid_price.isna().sum() > 0
    assert np.isnan(read.ask).sum() == frame.ask_price.isna().sum() > 0
    write_store(read, imported.report, tmp_path / "x.arrow")
    assert read_store(tmp_path / "x.arrow").dataset.fingerprint == read.fingerprint


def test_raw_snapshots_are_read_to_the_microsecond_and_reprice(real_data: RealData):
    paths = [real_data(name) for name in SNAPSHOTS]
    imported = open_files(paths)
    read = quotes(imported)
    frame = pd.concat([pd.read_csv(path) for path in paths])
    assert read.size == len(frame)
    assert np.array_equal(np.unique(read.time), np.unique(ns(frame.timestamp)))
    assert (read.time % 1_000_000 != 0).all()
    assert np.isnan(read.bid).sum() == frame.bid_price.isna().sum()
    tenor = (ns(frame.expiry_datetime) - ns(frame.timestamp)) / (365 * 86_400e9)
    total = frame.implied_volatility * np.sqrt(tenor)
    upper = np.log(frame.underlying / frame.strike) / total + total / 2
    sign = np.where(frame.option_type == "call", 1.0, -1.0)
    model = sign * (norm.cdf(sign * upper) - frame.strike / frame.underlying * norm.cdf(sign * (upper - total)))
    within = (model - frame.mark_price).abs() <= norm.pdf(upper) * np.sqrt(tenor) * 5e-5 + 5e-9
    check = imported.report.self_check
    assert check is not None
    assert check.is_convincing
    assert check.best.share_within_rounding == pytest.approx(within.mean(), abs=1 / len(frame))
    assert check.best.share_within_rounding > 5 * check.hypotheses[1].share_within_rounding


def test_the_shares_within_rounding_single_out_the_venues_year(real_data: RealData):
    check = open_files(real_data(HISTORY)).report.self_check
    assert check is not None
    shares = sorted((item.share_within_rounding for item in check.hypotheses), reverse=True)
    assert check.best.name == "Act/365 on the forward"
    assert shares[0] > 0.4
    assert shares[1] < 0.1


def test_hourly_bars_that_are_newest_first(real_data: RealData):
    path = real_data("bitstamp_hourly/Bitstamp_BTCUSD_1h.csv")
    imported = open_files(path)
    read = prices(imported)
    frame = pd.read_csv(path).sort_values("unix")
    assert np.array_equal(read.time, (frame.unix.to_numpy() + 3600) * 10**9)
    for name in ("open", "high", "low", "close"):
        assert np.array_equal(getattr(read, name), frame[name])
    coins = np.where(frame["Volume USD"] < frame["Volume BTC"], frame["Volume USD"], frame["Volume BTC"])
    assert np.array_equal(read.volume, coins)
    assert read.symbol == "BTC/USD"
    assert "Rows were newest first and have been sorted." in imported.report.notes
    assert f"unix and date state the same time in all {len(frame):,} rows." in imported.report.notes


@pytest.mark.parametrize("coin", ["BTC", "ETH", "LTC", "XRP"])
def test_daily_bars_whose_epoch_changes_unit(real_data: RealData, coin: str):
    path = real_data(f"crypto_daily_2017_2025/Binance_{coin}USDT_d.csv")
    imported = open_files(path)
    read = prices(imported)
    frame = pd.read_csv(path).sort_values("Date")
    assert imported.report.rows_kept == len(frame)
    assert np.array_equal(read.time, ns(frame.Date) + 86_400 * 10**9)
    assert np.array_equal(read.close, frame.Close)
    assert np.array_equal(read.volume, frame[f"Volume {coin}"])
    micro = int((frame.Unix > 1e14).sum())
    assert any(f"{len(frame) - micro:,} in ms, {micro} in µs" in note for note in imported.report.notes)


def test_a_float_epoch_with_incomplete_bars(real_data: RealData):
    path = real_data("crypto_4h_2019_2022/raw/BTCUSDT.csv")
    imported = open_files(path)
    frame = pd.read_csv(path)
    complete = frame.dropna(subset=["close"])
    assert np.array_equal(prices(imported).time, (complete.unix.to_numpy().astype(np.int64) + 4 * 3_600_000) * 10**6)
    assert np.array_equal(prices(imported).close, complete.close)
    assert imported.report.rejected == {"close missing": len(frame) - len(complete)}
    assert [reject.row for reject in imported.report.rejects] == (np.flatnonzero(frame.close.isna()) + 1).tolist()
    assert any("begin 3 h after the round UTC times" in note for note in imported.report.notes)


def test_several_pairs_in_one_file(real_data: RealData):
    path = real_data("crypto_4h_2019_2022/ohlcv_4h.parquet")
    frame = pd.read_parquet(path)
    with pytest.raises(DataError, match=f"found {frame.symbol.nunique()} in ohlcv_4h.parquet: AAVEUSDT, "):
        open_files(path)
    imported = open_files(path, symbol="ETHUSDT")
    chosen = frame[frame.symbol == "ETHUSDT"].dropna(subset=["close"]).sort_values("date")
    assert np.array_equal(prices(imported).close, chosen.close)
    assert sum(imported.report.left_out.values()) == int((frame.symbol != "ETHUSDT").sum())


@pytest.mark.parametrize(
    ("name", "date", "close", "symbol"),
    [
        ("equities_skfolio/sp500_index.csv.gz", "Date", "SP500", "SP500"),
        ("indices_rates/vix-daily.csv", "DATE", "CLOSE", "vix-daily"),
    ],
)
def test_daily_indices(real_data: RealData, name: str, date: str, close: str, symbol: str):
    path = real_data(name)
    read = prices(open_files(path))
    frame = pd.read_csv(path)
    assert read.symbol == symbol
    assert np.array_equal(read.close, frame[close])
    assert np.array_equal(read.time, ns(frame[date]) + 86_400 * 10**9)


def test_monthly_history_from_1871(real_data: RealData):
    path = real_data("indices_rates/sp500_shiller_monthly.csv")
    read = prices(open_files(path))
    frame = pd.read_csv(path)
    assert np.array_equal(read.close, frame.SP500)
    following = pd.to_datetime(frame.Date) + pd.offsets.MonthBegin(1)
    assert np.array_equal(read.time, ns(following))


def test_every_file_of_the_collection_is_read_or_refused_in_one_sentence(real_data: RealData):
    folder = real_data("MANIFEST.csv").parent
    for path in sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size < 5e6):
        try:
            report = open_files(path).report
        except DataError as error:
            assert "found" in str(error), path  # noqa: PT017  (either outcome is right)
            assert "\n" not in str(error), path  # noqa: PT017
        else:
            assert report.rows_read == report.rows_kept + report.rows_rejected + sum(report.left_out.values()), path
