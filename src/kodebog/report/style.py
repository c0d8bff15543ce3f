"""The one style of figures: its file, and the colours that code names."""

from pathlib import Path

SHEET = Path(__file__).with_name("kodebog.mplstyle")
"""matplotlib's style sheet for all figures."""
MUTED = "#767676"
"""Colour of text and lines in figures: readable on paper; pages put the colour of their own text in its place."""
