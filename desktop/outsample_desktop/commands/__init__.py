"""What a user can do, by name, key and gesture."""

from outsample_desktop.commands.explainer import Explainer
from outsample_desktop.commands.gestures import stepped, why_not
from outsample_desktop.commands.palette import Palette
from outsample_desktop.commands.registry import Command

__all__ = ["Command", "Explainer", "Palette", "stepped", "why_not"]
