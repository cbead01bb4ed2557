"""What the operator set: ``newsletter.toml``, and the secrets beside it."""
