"""Outsample: where, when and why a model stops generalising."""

__version__ = "0.1.0"
