"""The generic engine: one machine that runs every service item (事项) and certificate type (证明).

Imports point one way only::

    commands, queries  ->  runtime, records, policy  ->  definitions  ->  feel  ->  errors, clock, terms
    scenarios          ->  runtime, policy, definitions

Nothing here knows Flask, RQ, Redis, ReportLab or Jinja2; `tests/architecture` holds us to it.
"""
