"""Edge: sockets, TLS and waiting around the SMTP state machine; the one place with asyncio here.

``transport`` runs a pool of connections for a feed; ``probing`` opens a single one.
"""
