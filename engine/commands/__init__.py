"""One verb, one file, one transaction. A command never calls a command."""
