"""How often a secret may be guessed before its subject is locked (GB/T 22239 level 3: lock after 5 failures)."""

from __future__ import annotations

from datetime import timedelta

MOST_FAILURES = 5
MOST_FAILURES_PER_SOURCE = 50
LOCK_FOR = timedelta(minutes=15)
