"""The words of mailbag as frozen types; standard library only, no input or output."""
