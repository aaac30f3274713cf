"""Tables and repositories: remembered facts, no decisions. Only this package and `queries` speak SQL."""
