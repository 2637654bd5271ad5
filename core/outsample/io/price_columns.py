"""Which columns of a price file are time, open, high, low, close, volume and symbol, however they are spelled."""

from dataclasses import dataclass, field
from typing import Final

from outsample.errors import DataError
from outsample.io.column_names import find, find_by_word, listing, normal, words
from outsample.io.number_column import read_numbers
from outsample.io.raw_table import RawTable

__all__ = ["PriceColumns", "place_columns"]

_CLOCKS: Final = (
    "unix", "unixtime", "unixtimestamp", "epoch", "timestamp", "timestampms", "ts", "opentime", "starttime", "datetime",
    "datetimeutc", "dateutc", "timeutc", "date", "time", "day", "month", "tradingday", "t", "snapshot", "unnamed0",
    "indexlevel0", "", "index", "closetime", "endtime",
)  # fmt: skip
_SECOND_CLOCKS: Final = ("date", "datetime", "time", "timestamp", "unix")
_PRICES: Final = {
    "open": ("open", "o", "openprice", "openingprice", "pxopen"),
    "high": ("high", "h", "highprice", "pxhigh"),
    "low": ("low", "l", "lowprice", "pxlow"),
    "close": (
        "adjclose", "adjustedclose", "adjclosingprice", "close", "c", "closeprice", "closingprice", "closelast",
        "pxclose", "pxlast", "last", "lastprice", "settle", "settlementprice", "price", "sp500", "spx", "vix", "ndx",
        "djia", "level", "value", "midprice", "mid", "markprice",
    ),
}  # fmt: skip
_ADJUSTED: Final = ("adjclose", "adjustedclose", "adjclosingprice")
_PLAIN_CLOSE: Final = ("close", "c", "closeprice", "closingprice")
_WORDS: Final = {"open": {"open"}, "high": {"high"}, "low": {"low"}, "close": {"close", "price", "settle"}}
_NOT_A_PRICE: Final = {
    "time", "ms", "date", "timestamp", "gap", "seconds", "interest", "change", "count", "trades", "volume", "real",
    "choice",
}  # fmt: skip
_QUOTE_WORDS: Final = {"usd", "usdt", "usdc", "busd", "eur", "gbp", "jpy", "quote", "currency", "turnover", "asset"}
_LABELS: Final = {
    "symbol", "ticker", "pair", "instrument", "exchange", "venue", "market", "contract", "asset", "coin", "crypto",
    "country", "isin",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """Source column of each role; None where the file has none.

    Parameters
    ----------
    time, close : str
    clock_of_day : str or None
        Time of day where `time` holds the date only.
    second_time : str or None
        Another statement of the same time, to be compared.
    open, high, low, volume, quote_volume : str or None
    plain_close : str or None
        The unadjusted close where `close` is an adjusted one.
    labels : tuple of str
        Columns that tell series apart.
    """

    time: str
    close: str
    clock_of_day: str | None = None
    second_time: str | None = None
    open: str | None = None
    high: str | None = None
    low: str | None = None
    volume: str | None = None
    quote_volume: str | None = None
    plain_close: str | None = None
    labels: tuple[str, ...] = field(default=())

    @property
    def has_bars(self) -> bool:
        """Whether the file has more than one price a row."""
        return bool(self.open and self.high and self.low)

    @property
    def stamps_the_end(self) -> bool:
        """Whether the time column says that it is the end of the bar."""
        return normal(self.time) in ("closetime", "endtime")


def place_columns(table: RawTable, symbol: str | None) -> PriceColumns:
    """Return the roles of the columns of `table`.

    Parameters
    ----------
    table : RawTable
    symbol : str or None
        In a file with one column per series, the column to take as the price.

    Raises
    ------
    DataError
        If there is no time, no price, or several possible prices; the message lists what was found.
    """
    names = table.names
    time = find(names, _CLOCKS)  # may be the column without a name, which is false but not None
    if time is None:
        time = find_by_word(names, {"time", "date", "timestamp", "datetime", "unix"}, set())
    date, clock = find(names, ("date",)), find(names, ("time",))
    clock_of_day = None
    if date and clock and _is_clock_of_day(table, clock):
        time, clock_of_day = (date, clock) if time in (date, clock) else (time, None)
    others = [name for name in names if name not in (time, clock_of_day, clock)]
    found: dict[str, str | None] = {}
    for role, aliases in _PRICES.items():
        found[role] = find(others, aliases) or find_by_word(others, _WORDS[role], _NOT_A_PRICE)
    if symbol is not None and time is not None:
        found["close"] = find(others, (normal(symbol),)) or found["close"]
    labels = tuple(
        name
        for name in others
        if (_LABELS & set(words(name)) or normal(name) in ("name", "code")) and not _is_number(table, name)
    )
    if found["close"] is None and time is not None:
        found["close"] = _only_number(table, [name for name in others if name not in labels])
    table.require({"time": time, "close": found["close"]}, ("time", "close"), "price series")
    close = str(found["close"])
    bars = {role: found[role] for role in ("open", "high", "low") if found[role] != close}
    volumes = [name for name in others if {"volume", "vol", "basevolume", "v"} & set(words(name))]
    base = [name for name in volumes if not _QUOTE_WORDS & set(words(name))] or volumes
    return PriceColumns(
        time=str(time),
        close=close,
        clock_of_day=clock_of_day,
        second_time=find([name for name in names if name not in (time, clock_of_day)], _SECOND_CLOCKS),
        **bars,
        volume=base[0] if base else None,
        quote_volume=next((name for name in volumes if name not in base), None),
        plain_close=find(others, _PLAIN_CLOSE) if normal(close) in _ADJUSTED else None,
        labels=labels,
    )


def _only_number(table: RawTable, names: list[str]) -> str | None:
    """Return the one numeric column of `names`; refuse to choose between several."""
    numeric = [name for name in names if _is_number(table, name)]
    if len(numeric) > 1:
        raise DataError(
            f"a price series needs one price column, found {len(numeric)} possible ones in {table.file}: "
            f"{listing(numeric)}; choose one by its name as the symbol"
        )
    return numeric[0] if numeric else None


def _is_number(table: RawTable, name: str) -> bool:
    column = table.columns[name].slice(0, 1000)
    numbers = read_numbers(column, name)
    return not numbers.bad.any() and column.null_count < len(column)


def _is_clock_of_day(table: RawTable, name: str) -> bool:
    import pyarrow as pa
    from pyarrow import compute as pc

    column = table.columns[name].slice(0, 100)
    if not pa.types.is_string(column.type):
        return False
    return pc.all(pc.match_substring_regex(column, r"^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")).as_py() is True
