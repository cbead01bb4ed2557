"""SMTP and LMTP: a pure state machine, and the driver that lends it a socket."""
