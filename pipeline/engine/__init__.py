"""Edge: doorbells for workers on many machines, on Procrastinate (the extra ``postgres``)."""
