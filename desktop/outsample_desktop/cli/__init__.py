"""The command line: the same thing headless. Read `run` first; `arguments` lists the commands."""

from outsample_desktop.cli.entry import run

__all__ = ["run"]
