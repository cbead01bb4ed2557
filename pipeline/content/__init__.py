"""Stage 1: files that a person edits become Q&As, and Q&As become an issue."""
