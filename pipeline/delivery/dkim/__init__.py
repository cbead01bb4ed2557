"""DKIM signatures (RFC 6376, 8301, 8463): what is the same in every message is hashed once."""
