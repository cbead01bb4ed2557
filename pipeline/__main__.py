"""``python -m pipeline`` and the command ``mailbag``."""

import gc

# What is imported stays to the end; to look through it for garbage again and again takes a tenth
# of a second.
gc.disable()

from pipeline import garbage  # noqa: E402 - see above
from pipeline.cli.main import main  # noqa: E402 - see above

garbage.look_less()

if __name__ == "__main__":
    main()
