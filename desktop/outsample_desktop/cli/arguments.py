"""What can be typed. Standard library only: `--help` and `--version` answer before anything heavy is imported."""

import argparse
from collections.abc import Sequence
from typing import Final, NoReturn

from outsample import __version__
from outsample.errors import UsageError

__all__ = ["parse"]

_EXIT_CODES: Final = """exit codes:
  0  done; with --gate: pass
  1  with --gate: watch; self-test: something is wrong
  2  with --gate: fail
  3  with --gate: not enough data, or a model that cannot be judged
  4  unusable input or usage: one line on standard error
  5  internal error
"""
_DATA: Final = "a data file, sample: (the made market) or sp500: (S&P 500, 1999-2018)"
_WINDOW: Final = "half-open, UTC, ISO-8601, as in 2026-01-01..2026-03-01T08:00Z; an end left out is that of the data"

_PARAMETERS: Final = (
    ("--limit", "NUMBER", "verdict limit: ratio of option losses, nats of QLIKE, share of the benchmark for pinball"),
    ("--max-spread", "SHARE", "widest bid-ask spread of an observation, as a share of the mid"),
    ("--min-tenor", "DAYS", "shortest time to expiry of an observation"),
    ("--shortest-regime", "DAYS", "fewest days that a volatility regime lasts"),
    ("--penalty", "NUMBER", "multiplier of the penalty for one regime change more, with change-points"),
    ("--regimes", "METHOD", "change-points, hidden-markov-gaussian, hidden-markov-student or jump-model"),
    ("--states", "NUMBER", "states of a hidden Markov model or of a jump model"),
    ("--jump-penalty", "NUMBER", "price of one change of state, with jump-model"),
    ("--events", "FILE", "spans to mark calm, normal or stressed: start, stop, regime or name; instead of the case's"),
)
_FILTERS: Final = ("--max-spread", "--min-tenor")

_Commands = argparse._SubParsersAction  # the class of what add_subparsers returns has no public name


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are ours: one line, exit code 4."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and exiting with 2."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; `command` is empty when nothing but options was typed.

    Raises
    ------
    UsageError
        They are not understood.
    SystemExit
        After `--help` or `--version`.
    """
    parser = Parser(
        prog="outsample",
        description="Where, when and why a financial model stops generalising. Without a command: the application.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"outsample {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the whole traceback of an internal error")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    parser.set_defaults(command="", trace_startup=False, files=[])
    _add_open(commands)
    _add_import(commands)
    _add_evaluate(commands)
    _add_calibrate(commands)
    _add_report(commands)
    for name, line in (
        ("models", "the models there are"),
        ("scores", "the scores there are"),
        ("vendors", "the forms of data files that can be read"),
        ("self-test", "open and export every room without a screen; 0 good, 1 not"),
    ):
        _add(commands, name, line)
    return parser.parse_args(argv)


def _add(commands: "_Commands[Parser]", name: str, line: str) -> Parser:
    added = commands.add_parser(name, help=line, description=line, allow_abbrev=False)
    added.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return added


def _add_open(commands: "_Commands[Parser]") -> None:
    added = _add(commands, "open", "open a case, an exported picture, or data in the application")
    added.add_argument("files", nargs="*", metavar="FILE", help=f"case.json, exported PNG, or {_DATA}")
    added.add_argument("--trace-startup", action="store_true", help="print where the start-up time went")


def _add_import(commands: "_Commands[Parser]") -> None:
    added = _add(commands, "import", "read vendor files into one store, with a report of what was kept and why")
    added.add_argument("files", nargs="+", metavar="FILE", help="CSV, gzipped CSV, Parquet or Arrow, of one vendor")
    added.add_argument("--out", required=True, metavar="STORE", help="name ending in .parquet or .arrow")
    added.add_argument("--as", dest="vendor", metavar="VENDOR", help="see `outsample vendors`; recognised if left out")
    added.add_argument("--currency", help="underlying to take from option chains; the most frequent if left out")
    added.add_argument("--symbol", help="series to take from price files that hold several")
    added.add_argument("--report", metavar="JSON", help="also write the import report to this file")


def _add_evaluate(commands: "_Commands[Parser]") -> None:
    added = _add(commands, "evaluate", "fit on train, judge on test, write every table and the verdicts")
    added.add_argument("data", metavar="DATA|CASE", help=f"{_DATA}; or case.json or an exported PNG, for its state")
    added.add_argument("--model", action="append", metavar="NAME[,NAME]", help="see `outsample models`")
    added.add_argument("--train", metavar="A..B", help=_WINDOW)
    added.add_argument("--test", metavar="C..D", help="the same; both left out: 70:30 of the times")
    added.add_argument("--purge", metavar="TIME", help="gap between train and test: 0, 90min, 6h, 1d")
    added.add_argument("--score", metavar="NAME", help="see `outsample scores`; the model's own if left out")
    added.add_argument("--scheme", metavar="NAME", help="how refits follow time: anchored, rolling or free")
    added.add_argument("--composition", metavar="NAME", help="weights of cells: train or raw")
    added.add_argument("--target", metavar="NAME", help="observed option price: mid or mark")
    _add_parameters(added)
    added.add_argument("--book", metavar="FILE", help="positions (CSV: instrument, quantity) that get tables of errors")
    added.add_argument("--out", metavar="FOLDER", help="where tables, verdict.json, case.json and pictures go")
    added.add_argument(
        "--findings",
        action="store_true",
        help="also write the tables of the rooms of regimes, decay and assumptions: some seconds a model",
    )
    added.add_argument("--gate", action="store_true", help="exit code 0 pass, 1 watch, 2 fail, 3 not enough data")
    added.add_argument("--json", action="store_true", help="print verdict.json, and nothing else, on standard output")
    added.add_argument("--no-pictures", action="store_true", help="tables only")


def _add_calibrate(commands: "_Commands[Parser]") -> None:
    line = "fit models to every time of a history, and keep the fits for the window and `evaluate`"
    added = _add(commands, "calibrate", line)
    added.add_argument("data", metavar="DATA|CASE", help=f"{_DATA}; or case.json or an exported PNG, for its state")
    added.add_argument("--model", action="append", required=True, metavar="NAME[,NAME]", help="see `outsample models`")
    added.add_argument("--target", metavar="NAME", help="observed option price: mid or mark")
    group = added.add_argument_group("filters of the quotes; one that is left out is that of the case, or the default")
    for option, metavar, line in _PARAMETERS:
        if option in _FILTERS:
            group.add_argument(option, metavar=metavar, help=line)


def _add_parameters(added: Parser) -> None:
    """Offer the named parameters of a case: as text, since bounds and defaults stand where the numbers are used."""
    group = added.add_argument_group("parameters of the case; one that is left out is that of the case, or the default")
    for option, metavar, line in _PARAMETERS:
        group.add_argument(option, metavar=metavar, help=line)


def _add_report(commands: "_Commands[Parser]") -> None:
    added = _add(commands, "report", "write the report of the sample market: tables and pictures, without a screen")
    added.add_argument("--out", metavar="FOLDER", help="default: outsample-report among the documents, or here")
    added.add_argument("--no-pictures", action="store_true", help="tables only")
