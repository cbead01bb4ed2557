"""``python -m pipeline`` and the command ``mailbag``."""

from pipeline.cli.main import main

if __name__ == "__main__":
    main()
