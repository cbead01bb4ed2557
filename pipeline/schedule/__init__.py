"""When an issue is due, and what wakes the program to look."""
