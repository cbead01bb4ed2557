"""What the program says to readers by itself, in their languages, and how they write a day."""
