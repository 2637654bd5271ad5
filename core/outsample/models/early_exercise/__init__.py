"""Options that may be exercised before they expire."""

from outsample.models.early_exercise.american import American, AmericanFit

__all__ = ["American", "AmericanFit"]
