"""Mailbag: a reader-question column as a weekly email newsletter."""

__version__ = "0.1.0"
