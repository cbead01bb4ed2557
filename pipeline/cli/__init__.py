"""The commands: each parses, calls the layer below, prints, and gives an exit code."""
