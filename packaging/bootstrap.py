"""From a fresh clone to a running application, or to its checks: `python3 packaging/bootstrap.py run|test`.

run [arguments]   opens the application; without a display writes the sample report and says where
test [arguments]  ruff, mypy and pytest with import contracts and house rules; arguments go to pytest

Both make `.venv` at the project root first, and install the project into it with the versions of `constraints.txt`.
The second time nothing is installed, unless pyproject.toml, the constraints or the Python changed.

Standard library only, and readable by any Python since 3.7, so that an old one can say that it is too old.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "outsample.json"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
OLDEST, NEWEST = (3, 11), (3, 14)
WINDOWS = sys.platform == "win32"

# Shared libraries that the Qt wheels expect of the system, and the Debian package of each (ldd of the wheels' Qt).
DRAWING = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


class SetupError(Exception):
    """The machine lacks something; the text says what, and how to cure it."""


def main(arguments: list[str]) -> int:
    """Set up, then run or test; return the exit code."""
    if not arguments or arguments[0] not in ("run", "test"):
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 4
    command, rest = arguments[0], arguments[1:]
    try:
        python = suitable_python()
        if python is not None:
            return subprocess.call([*python, str(Path(__file__).resolve()), *arguments])
        check_system(window=command == "run" and has_display())
        install(extras=["test"] if command == "test" else [])
        return test(rest) if command == "test" else run(rest)
    except SetupError as error:
        print(f"\noutsample: {error}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        return 130


# --- Python ---------------------------------------------------------------------------------------------------------


def suitable_python() -> list[str] | None:
    """Return the command of a Python that can run the project, or None where this one can."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return None
    versions = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    candidates = [["python" + version] for version in versions]
    if WINDOWS:
        candidates += [["py", "-" + version] for version in versions]
    for candidate in candidates:
        if OLDEST <= version_of(candidate) <= NEWEST:
            print(f"using {' '.join(candidate)}: {sys.executable} is Python {platform.python_version()}")
            return candidate
    raise SetupError(
        f"needs Python {versions[0]} to {versions[-1]}, found {platform.python_version()} and no other on the PATH; "
        f"install python{versions[0]} and repeat the command."
    )


def version_of(command: list[str]) -> tuple[int, ...]:
    """Return (major, minor) of a Python command; (0, 0) where it does not start, as a version manager's shim may."""
    try:
        answer = subprocess.run(
            [*command, "-c", "import sys; print(*sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        return tuple(int(part) for part in answer.stdout.split())
    except (OSError, ValueError, subprocess.CalledProcessError):
        return (0, 0)


# --- System packages ------------------------------------------------------------------------------------------------


def has_display() -> bool:
    """Return whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def check_system(window: bool) -> None:
    """Install the system packages that Qt and `venv` need, or say in one line how to.

    Parameters
    ----------
    window : bool
        A window is about to be shown, so that what only windows need is needed too.
    """
    if not sys.platform.startswith("linux"):
        return
    needed, for_windows = missing_packages()
    if not needed and not (window and for_windows):
        return
    root = os.geteuid() == 0
    if root and shutil.which("apt-get"):
        apt_install(needed + for_windows)
        needed, for_windows = missing_packages()
    lacking = needed + for_windows if window else needed
    if lacking:
        line = ("" if root else "sudo ") + "apt-get install -y " + " ".join(needed + for_windows)
        raise SetupError(f"this machine lacks system packages; type this line and repeat the command:\n\n    {line}")


def missing_packages() -> tuple[list[str], list[str]]:
    """Return the Debian packages that are missing: for drawing at all, and for showing a window."""
    required = [package for library, package in DRAWING.items() if not loads(library)]
    if not has_fonts():
        required.append("fonts-dejavu-core")
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        required.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    return required, [package for library, package in WINDOW.items() if not loads(library)]


def loads(library: str) -> bool:
    """Return whether the dynamic loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_fonts() -> bool:
    """Return whether any scalable font is installed: without one Qt draws empty boxes."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(True for folder in folders for kind in ("*.ttf", "*.otf", "*.ttc") for _ in folder.rglob(kind))


def apt_install(packages: list[str]) -> None:
    """Install Debian packages as root; the caller looks again whether that helped."""
    step("installing system packages: " + " ".join(packages))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.call(["apt-get", "update", "-qq"], env=environment)
    options = ["-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    subprocess.call(["apt-get", "install", *options, *packages], env=environment)


# --- The virtual environment ----------------------------------------------------------------------------------------


def venv_python() -> Path:
    """Return the interpreter of `.venv`."""
    return VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")


def install(extras: list[str]) -> None:
    """Make `.venv` and install the project into it, unless the stamp says that this was done."""
    wanted = {"root": str(ROOT), "python": platform.python_version(), "digest": digest()}
    stamp = read_stamp()
    same = {key: stamp.get(key) for key in wanted} == wanted
    if same and set(extras) <= set(stamp["extras"]):
        return
    if (stamp.get("root"), stamp.get("python")) != (wanted["root"], wanted["python"]):
        make_venv()
        stamp = {}
    extras = sorted({*extras, *stamp.get("extras", [])})
    if STAMP.exists():
        STAMP.unlink()  # an interrupted installation leaves no stamp, and the next start builds anew
    pip_install(extras)
    STAMP.write_text(json.dumps(dict(wanted, extras=extras)), encoding="utf-8")


def digest() -> str:
    """Return a hash over everything that decides what gets installed."""
    parts = (ROOT / "pyproject.toml").read_bytes() + CONSTRAINTS.read_bytes()
    return hashlib.sha256(parts).hexdigest()


def read_stamp() -> dict[str, Any]:
    """Return what the last complete installation wrote; empty for a missing, half-made or broken `.venv`."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    complete = isinstance(stamp, dict) and isinstance(stamp.get("extras"), list)
    return stamp if complete and version_of([str(venv_python())]) == sys.version_info[:2] else {}


def make_venv() -> None:
    """Build `.venv` from nothing; whatever stood there goes."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    if VENV.exists():
        step("removing a .venv that is unfinished or of another Python")
        shutil.rmtree(VENV, ignore_errors=True)
    step(f"making .venv with Python {platform.python_version()}")
    base = getattr(sys, "_base_executable", None) or sys.executable  # this Python may be the one of `.venv` itself
    if subprocess.call([base, "-m", "venv", "--clear", str(VENV)]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(f"{base} could not make the virtual environment {VENV}; the lines above say why.")


def pip_install(extras: list[str]) -> None:
    """Install the project, editable, with the pinned versions."""
    step("installing outsample and what it needs into .venv; the first time takes a few minutes")
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    options = ["--disable-pip-version-check", "--constraint", str(CONSTRAINTS), "--editable", target]
    if subprocess.call([str(venv_python()), "-m", "pip", "install", *options]) != 0:
        raise SetupError(
            "pip could not install the packages; its lines above name the one. Without a network connection or "
            "with a full disk this is expected: cure that and repeat the command."
        )


# --- Run and test ---------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Open the application; where no window can be shown and nothing else was asked for, write the sample report."""
    environment = dict(os.environ)
    if not has_display() and not arguments:
        print("no display found: writing the sample report instead of opening a window")
        arguments = ["report"]
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.call([str(venv_python()), "-m", "outsample_desktop", *arguments], env=environment)


def test(arguments: list[str]) -> int:
    """Run every check, also after one has failed; return 1 if any did."""
    python = str(venv_python())
    environment = dict(os.environ)
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    order = ["--randomly-seed=1"] if environment.get("CI") else []  # so that a red run can be repeated at the desk
    checks = {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy"],
        "pytest": [python, "-m", "pytest", *order, *arguments],
    }
    summary = []
    for name, command in checks.items():
        step(name)
        start = time.monotonic()
        code = subprocess.call(command, cwd=str(ROOT), env=environment)
        summary.append((name, code, time.monotonic() - start))
    step("summary")
    for name, code, seconds in summary:
        print(f"{name:<12} {'good' if code == 0 else 'FAILED':<8} {seconds:6.1f} s")
    return 1 if any(code for _, code, _ in summary) else 0


def step(title: str) -> None:
    """Announce what happens next, before the child process writes."""
    print(f"\n== {title}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
