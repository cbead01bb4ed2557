"""Edge: state. The only place with SQL; one ledger behind one set of promises."""
