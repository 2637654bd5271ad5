"""Whose file it is: the vendors that can be read, and the tell-tale columns of those that cannot."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from outsample.errors import DataError
from outsample.io.column_names import listing, normal

__all__ = ["Vendor", "detect"]


class Vendor(Enum):
    """A form of file that has a reader; the value is what `--as` takes."""

    DERIBIT = "deribit"
    PRICES = "prices"

    @property
    def line(self) -> str:
        """One line on what the reader takes."""
        return {
            Vendor.DERIBIT: "Deribit option-chain snapshots, CSV or Parquet, one or many files",
            Vendor.PRICES: "price bars or a single price series, CSV or Parquet, columns in any order and spelling",
        }[self]


_ELSEWHERE: Final = {
    "Tardis options_chain": {"localtimestamp", "strikeprice", "expiration"},
    "Binance EOHSummary": {"bestbuyiv", "bestselliv"},
    "OKX opt-summary": {"markvol", "fwdpx", "instid"},
    "Cboe DataShop": {"underlyingsymbol", "quotedate", "root"},
    "OptionMetrics": {"secid", "exdate", "cpflag"},
    "ORATS": {"stkpx", "expirdate", "cbidpx"},
    "yfinance option chain": {"contractsymbol", "lasttradedate", "impliedvolatility"},
    "Deribit trades": {"tradeid", "tradeseq", "instrumentname"},
}
_INSTRUMENT: Final = {"instrumentname"}
_OPTION: Final = {"optiontype", "callput", "putcall", "cp", "right", "cpflag"}
_QUOTED: Final = {"bidprice", "bid", "bestbidprice", "markprice", "mark"}


def detect(names: Sequence[str], file: str) -> Vendor:
    """Return the vendor whose tell-tale columns `names` holds; `PRICES` when nothing speaks of options.

    Raises
    ------
    DataError
        If the columns are those of a vendor that has no reader.
    """
    found = {normal(name) for name in names}
    for vendor, tell_tale in _ELSEWHERE.items():
        if tell_tale <= found:
            raise DataError(
                f"{file} needs to be Deribit snapshots or price bars, found the columns of {vendor} "
                f"({listing(names)}), for which there is no reader; convert it to one of those"
            )
    chain = found & _INSTRUMENT or ("strike" in found and found & _OPTION)
    return Vendor.DERIBIT if chain and found & _QUOTED else Vendor.PRICES
