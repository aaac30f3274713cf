"""All reading: one question per file. A query never writes and shows an actor nothing outside the actor's data scope."""
