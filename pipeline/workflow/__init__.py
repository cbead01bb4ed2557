"""The use cases: each calls the stages in order, and no stage calls another."""
