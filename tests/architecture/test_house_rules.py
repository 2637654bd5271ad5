"""The house rules that no linter knows, as a table: where, which pattern, why, and a line that breaks it."""

import io
import re
import token
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ("core", "desktop", "resources")
ALL = (*SOURCE, "tests", "packaging")
TEXT = {token.COMMENT, token.STRING, getattr(token, "FSTRING_MIDDLE", token.STRING)}


class Rule(NamedTuple):
    folders: tuple[str, ...]
    pattern: str
    reason: str
    example: str
    anywhere: bool = False  # comments and strings count too
    except_in: tuple[str, ...] = ()


RULES = (
    Rule(("core", "resources"), r"\bprint\(", "libraries do not print: raise, return or log", "print(x)"),
    Rule(ALL, r"\bexcept\s*:", "name what you catch", "except: pass"),
    Rule(ALL, r"#\s*type:\s*ignore(?!\[)", "name the error that is ignored", "x = y  # type: ignore", anywhere=True),
    Rule(ALL, r"#\s*noqa(?!:)", "name the rule that is ignored", "import x  # noqa", anywhere=True),
    Rule(ALL, r"\bfastmath\s*=", "NaN must stay NaN, and kernel and twin must agree", "njit(fastmath=True)"),
    Rule(ALL, r"\bparallel\s*=\s*True", "aborts when two threads overlap; use Python threads", "njit(parallel=True)"),
    Rule(
        ("core", "desktop"),
        r"\b(?:jit|njit|vectorize|guvectorize)\b",
        "one way to compile: outsample.compiled.kernel",
        "@numba.njit",
        except_in=("core/outsample/compiled.py", "core/outsample/formulas/inlined.py"),
    ),
    Rule(("desktop",), r"\bshowGrid\(", "47 ms a frame where 0.9 would do; use opaque ticks", "plot.showGrid(x=True)"),
    Rule(("desktop",), r"\bSVGExporter\b", "drops and misplaces items; export PNG and CSV", "SVGExporter(plot)"),
    Rule(("desktop",), r"\.set[XY]Link\(", "linked views repaint twice; the session states the range", "a.setXLink(b)"),
    Rule(
        ("desktop",),
        r"\bGraphicsLayoutWidget\b",
        "one PlotWidget a pane: it lives and dies whole",
        "GraphicsLayoutWidget()",
    ),
    Rule(("tests",), r"\bsleep\(|\bqWait\(|\bqtbot\.wait\(", "wait for a signal or a condition", "time.sleep(1)"),
    Rule(
        (*SOURCE, "packaging"),
        r"(?<![\w.}])/(?:home|root|work|tmp|Users)/\w|\b[A-Z]:\\\\?Users",
        "no machine's own paths",
        'open("/home/me/prices.csv")',
        anywhere=True,
    ),
    Rule(
        (*SOURCE, "packaging"),
        r"\b(?:TODO|FIXME|HACK)\b",
        "finish it, or write an issue",
        "# TODO: later",
        anywhere=True,
    ),
    Rule(SOURCE, r"\braise NotImplementedError\b", "what is there works", "raise NotImplementedError"),
)


@cache
def files(folder: str) -> tuple[Path, ...]:
    """Return the Python files of a top-level folder, without this one: it quotes what it forbids."""
    found = (ROOT / folder).rglob("*.py")
    return tuple(sorted(path for path in found if "__pycache__" not in path.parts and path != Path(__file__)))


def code_only(source: str) -> str:
    """Return source with comments and strings blanked out, line for line."""
    lines = [list(line) for line in source.splitlines(keepends=True)]
    for part in tokenize.generate_tokens(io.StringIO(source).readline):
        if part.type in TEXT:
            (first, left), (last, right) = part.start, part.end
            for row in range(first - 1, last):
                start, stop = left if row == first - 1 else 0, right if row == last - 1 else len(lines[row]) - 1
                lines[row][start:stop] = " " * (stop - start)
    return "".join("".join(line) for line in lines)


@cache
def lines_of(path: Path, anywhere: bool) -> tuple[str, ...]:
    """Return the lines of a file that a rule is applied to."""
    source = path.read_text(encoding="utf-8")
    return tuple((source if anywhere else code_only(source)).splitlines())


def offences(rule: Rule) -> Iterator[str]:
    """Yield the places that break a rule."""
    for folder in rule.folders:
        for path in files(folder):
            name = path.relative_to(ROOT).as_posix()
            if name not in rule.except_in:
                for number, line in enumerate(lines_of(path, rule.anywhere), start=1):
                    if re.search(rule.pattern, line):
                        yield f"{name}:{number}"


def test_a_rule_reads_code_and_not_what_is_quoted():
    source = 'x = """one\nsleep(1)"""  # sleep(1)\nsleep(2)\n'
    assert [bool(re.search(r"\bsleep\(", line)) for line in code_only(source).splitlines()] == [False, False, True]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.example)
def test_every_rule_can_bite(rule):
    assert re.search(rule.pattern, rule.example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.example)
def test_no_line_breaks_a_house_rule(rule):
    assert list(offences(rule)) == [], rule.reason
