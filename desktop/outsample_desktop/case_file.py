"""Reading a state back: from ``case.json``, from the text inside an exported picture, from the sidecar of a table."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from outsample.errors import DataError, OutsampleError
from outsample.io.safe_write import replacing
from outsample_desktop.book_file import beside_case
from outsample_desktop.session import State

__all__ = ["PICTURE_KEY", "looks_like_case", "read_case", "write_case"]

PICTURE_KEY: Final = "outsample.state"  # keyword of the text chunk in a PNG

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_TEXT_CHUNKS: Final = (b"tEXt", b"zTXt", b"iTXt")
_LARGEST: Final = 16 * 2**20  # bytes of a state; a real one has about a thousand
_TEXTS: Final = ("source", "fingerprint", "score", "active", "book", "book_sha256", "calibration_model")
_JSON_STARTS: Final = (b"{", b"\xef\xbb\xbf{")


def looks_like_case(path: Path) -> bool:
    """Return whether `path` begins like a case or a picture rather than like data; False for what cannot be read."""
    try:
        with path.open("rb") as stream:
            head = stream.read(64)
    except (OSError, ValueError):
        return False
    return head.startswith(_PNG) or head.lstrip().startswith(_JSON_STARTS)


def read_case(path: Path) -> tuple[State, tuple[str, ...]]:
    """Return the state in a case, a picture or a sidecar, and the names of keys that this version does not know.

    Raises
    ------
    DataError
        The file holds none, or one that is damaged.
    """
    try:
        with path.open("rb") as stream:
            is_picture = stream.read(len(_PNG)) == _PNG
            stream.seek(0)
            text = _from_picture(stream) if is_picture else _from_json(stream)
        state, unknown = State.from_json(text)
        _check(state)
        state = replace(state, book=beside_case(state.book, path.parent))
    except OutsampleError as error:
        raise DataError(f"{path.name}: {error}") from error
    except (AttributeError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise DataError(
            f"{path.name} must hold a whole case, found one that is damaged ({_first_line(error)}); restore it"
        ) from error
    except OSError as error:
        raise DataError(
            f"{path.name} must be a case that can be read, found: {error.strerror or error}; check its name and rights"
        ) from error
    return state, unknown


def write_case(state: State, path: Path) -> None:
    """Write a state as a case: whole, or not at all.

    Raises
    ------
    ExportError
        The folder or the disk does not take it.
    """
    with replacing(path) as stream:
        stream.write(state.to_json().encode())


def _from_json(stream: BinaryIO) -> str:
    """Return the text of a case, or the one that a sidecar carries."""
    text = stream.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise DataError(f"a case has at most {_LARGEST:,} bytes, found more; open it as data")
    decoded = text.decode("utf-8-sig")
    try:
        read = json.loads(decoded)
    except json.JSONDecodeError as error:
        raise DataError(f"a case must be JSON text, found {error.msg} at line {error.lineno}; restore it") from error
    if isinstance(read, dict) and "table" in read and isinstance(read.get("state"), str):
        return str(read["state"])
    if isinstance(read, dict) and not {"source", "split", "models"} & set(read):
        raise DataError("a case must name its source, split and models, found none of them; open a case.json")
    return decoded


def _from_picture(stream: BinaryIO) -> str:
    for kind, content in _text_chunks(stream):
        keyword, _, rest = content.partition(b"\0")
        if keyword.decode("latin-1") == PICTURE_KEY:
            return _text_of(kind, rest)
    raise DataError(
        "a picture can be opened when Outsample exported it, found no state inside; "
        "pictures lose it when another program saves them: open the original, or the case.json beside it"
    )


def _text_chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the text chunks of a PNG (W3C PNG specification, third edition, 5.3 and 11.3.3)."""
    stream.seek(len(_PNG))
    while len(start := stream.read(8)) == 8:
        length, kind = int.from_bytes(start[:4], "big"), start[4:]
        if kind == b"IEND":
            return
        if kind not in _TEXT_CHUNKS or length > _LARGEST:
            stream.seek(length + 4, 1)
            continue
        content, checksum = stream.read(length), stream.read(4)
        if len(content) < length or zlib.crc32(kind + content) != int.from_bytes(checksum, "big"):
            raise DataError("the text in a picture must be whole, found it damaged; export the picture again")
        yield kind, content


def _text_of(kind: bytes, rest: bytes) -> str:
    """Return the text after the keyword of a chunk."""
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"zTXt":
        return _inflated(rest[1:]).decode("latin-1")
    is_compressed, (_, _, text) = rest[:1] == b"\x01", rest[2:].split(b"\0", 2)
    return (_inflated(text) if is_compressed else text).decode()


def _inflated(packed: bytes) -> bytes:
    unpack = zlib.decompressobj()
    try:
        text = unpack.decompress(packed, _LARGEST)
    except zlib.error as error:
        raise DataError(f"the text in a picture must unpack, found {error}; export the picture again") from error
    if not unpack.eof:
        raise DataError("the text in a picture must end, found it cut off or too long; export the picture again")
    return text


def _check(state: State) -> None:
    """Refuse values of a type that the state does not have: JSON may hold anything anywhere."""
    texts: dict[str, Any] = {name: getattr(state, name) for name in _TEXTS}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    whole: dict[str, Any] = {"cell": state.cell, "cursor": state.cursor}
    wrong += [name for name, value in whole.items() if value is not None and type(value) is not int]
    if not isinstance(state.relative, bool):
        wrong.append("relative")
    if wrong:
        found = ", ".join(f"{name} = {str(getattr(state, name))[:40]!r}" for name in wrong)
        raise DataError(f"a case must hold values of the right kind, found {found}; restore it")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
