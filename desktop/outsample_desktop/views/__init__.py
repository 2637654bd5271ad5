"""Rooms: one package each; rooms never import each other."""
