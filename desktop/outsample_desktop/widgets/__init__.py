"""Panes and controls shared by rooms; they hold no data and import no view."""
