"""Edge: how often Python looks for garbage that refers to itself.

Nothing here makes such garbage on purpose: it is a net, and what falls into it can wait.
"""

import gc
from typing import Final

#: New objects until Python looks again. A message on its way is some forty of them, so with the
#: 700 of the standard every second commit of a send was a look in vain; with 10,000 a send needs
#: two megabytes more.
_OFTEN: Final = 2_000


def look_less() -> None:
    """Never look through what there is so far, and through what comes only now and then.

    To be called once, when everything is imported.
    """
    gc.freeze()
    gc.set_threshold(_OFTEN)
    gc.enable()
