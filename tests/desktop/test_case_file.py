import json
import struct
import zlib
from dataclasses import replace

import pytest

from outsample.datasets import Target
from outsample.errors import DataError
from outsample.windows import Scheme, Split, Window
from outsample_desktop.case_file import PICTURE_KEY, looks_like_case, read_case
from outsample_desktop.session import Measure, Side, State

STATE = State(
    source="quotes.arrow",
    fingerprint="ab" * 32,
    split=Split(Window(0, 10**18), Window(10**18 + 1, 2 * 10**18), 1),
    scheme=Scheme.ROLLING,
    target=Target.MARK,
    models=("flat-vol", "relative-smile"),
    active="flat-vol",
    side=Side.DIFFERENCE,
    measure=Measure.BIAS,
    cell=3,
    cursor=10**18,
)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, content, checksum=None):
    crc = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def picture(*chunks):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return SIGNATURE + header + b"".join(chunks) + pixels + chunk(b"IEND", b"")


KEY = PICTURE_KEY.encode()
TEXT = STATE.to_json()
FORMS = {
    "tEXt": chunk(b"tEXt", KEY + b"\0" + TEXT.encode("latin-1")),
    "zTXt": chunk(b"zTXt", KEY + b"\0\0" + zlib.compress(TEXT.encode("latin-1"))),
    "iTXt": chunk(b"iTXt", KEY + b"\0\0\0en\0state\0" + TEXT.encode()),
    "iTXt packed": chunk(b"iTXt", KEY + b"\0\1\0\0\0" + zlib.compress(TEXT.encode())),
}


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_case(path)
    assert path.name in str(caught.value)
    return str(caught.value)


def test_a_case_comes_back_as_it_was(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(TEXT, encoding="utf-8")
    assert looks_like_case(path)
    assert read_case(path) == (STATE, ())


def test_a_mark_before_the_text_does_no_harm(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert looks_like_case(path)
    assert read_case(path) == (STATE, ())


def test_unknown_keys_are_named(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**json.loads(TEXT), "zoom": 2, "angle": 1}), encoding="utf-8")
    assert read_case(path) == (STATE, ("angle", "zoom"))


def test_the_sidecar_of_a_table_is_a_case_too(tmp_path):
    path = tmp_path / "studies.csv.json"
    path.write_text(json.dumps({"table": {}, "state": TEXT}), encoding="utf-8")
    assert looks_like_case(path)
    assert read_case(path) == (STATE, ())


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_carries_the_state_in_every_kind_of_text_chunk(tmp_path, form):
    path = tmp_path / "view.png"
    path.write_bytes(picture(chunk(b"tEXt", b"Software\0other"), FORMS[form]))
    assert looks_like_case(path)
    assert read_case(path) == (STATE, ())


@pytest.mark.parametrize("source", ["quotes.arrow", "Börse.csv", "取引所/行情.csv", "q" * 3000])
def test_what_qt_writes_is_read(tmp_path, source):
    from PySide6.QtGui import QImage

    state, path = replace(STATE, source=source), tmp_path / "view.png"
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    image.setText(PICTURE_KEY, state.to_json())
    assert image.save(str(path))
    assert read_case(path) == (state, ())


def test_a_picture_of_another_program_is_refused_with_the_cure(tmp_path):
    path = tmp_path / "holiday.png"
    path.write_bytes(picture(chunk(b"tEXt", b"Software\0other")))
    assert looks_like_case(path)
    assert "open the original" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        picture(chunk(b"tEXt", KEY + b"\0" + TEXT.encode(), checksum=1)),
        picture(FORMS["zTXt"])[:300],
        picture(chunk(b"zTXt", KEY + b"\0\0" + zlib.compress(TEXT.encode())[:-9])),
        picture(chunk(b"zTXt", KEY + b"\0\0no zlib")),
        picture(chunk(b"zTXt", KEY + b"\0\0" + zlib.compress(b" " * 20_000_000))),
        picture(chunk(b"iTXt", KEY + b"\0\0\0")),
        picture(chunk(b"iTXt", KEY + b"\0\0\0\0\0\xff\xfe")),
        SIGNATURE,
        SIGNATURE + b"\xff" * 40,
    ],
    ids=["checksum", "cut off", "zlib cut off", "no zlib", "bomb", "no text", "no utf-8", "empty", "noise"],
)
def test_a_damaged_picture_is_refused(tmp_path, content):
    path = tmp_path / "view.png"
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '{"format": 1}',
        '{"format": 99, "source": ""}',
        "[" * 100_000,
        '{"format": 1, "source": "", "split": ' + "[" * 100_000,
    ],
    ids=lambda text: text[:12],
)
def test_text_that_is_no_case_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    refusal(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", 3),
        ("score", None),
        ("models", 5),
        ("cell", "x"),
        ("cell", True),
        ("cursor", 1.5),
        ("parameters", {"regimes": {"multiplier": "2"}}),
        ("parameters", {"regimes": {"multiplier": float("nan")}}),
        ("parameters", {"limits": {"loss_ratio": True}}),
        ("parameters", 2.0),
        ("relative", 1),
        ("scheme", "sideways"),
        ("scheme", []),
        ("split", [1, 2]),
        ("split", {"train": [1, 2], "test": [3, 4], "purge_ns": 0}),
        ("split", {"train": ["2024-01-01", "2023-01-01"], "test": ["2025-01-01", "2026-01-01"], "purge_ns": 0}),
        ("split", {"train": ["2024-01-01", "2026-01-01"], "test": ["2025-01-01", "2026-01-01"], "purge_ns": 0}),
        ("split", {"train": ["9024-01-01", "9023-01-01"], "test": ["9025-01-01", "9026-01-01"], "purge_ns": 0}),
        ("split", {"train": ["2024-01-01", "2025-01-01"], "test": ["2025-01-01", "2026-01-01"], "purge_ns": 1e999}),
    ],
    ids=str,
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path, name, value):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**json.loads(TEXT), name: value}), encoding="utf-8")
    refusal(path)


def test_data_are_no_case(tmp_path):
    for name, content in {"a.csv": b"time,close\n1,2\n", "b.parquet": b"PAR1", "empty": b""}.items():
        (tmp_path / name).write_bytes(content)
        assert not looks_like_case(tmp_path / name)
    for path in (tmp_path / "nowhere", tmp_path, tmp_path / ("long" * 100)):
        assert not looks_like_case(path)
        refusal(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "case.json"
    path.write_bytes(b'{"format": 1, "source": "\xff"}')
    refusal(path)
