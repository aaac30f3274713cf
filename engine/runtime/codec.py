"""Marking ↔ bytes. The first byte is the format; every format ever written stays readable.

Format 1: orjson of `[serial, end_node, results, [[path, [[id, node, instance?]…], [[join, source]…]]…]]`.
Exact decimals in results travel as `{"n": "12.50"}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import orjson

from engine.errors import StateUnreadable
from engine.runtime.marking import Arrival, Marking, Path, Place

FORMAT = 1


def encode(marking: Marking) -> bytes:
    """The state blob (流程状态) of a marking; the same marking always gives the same bytes."""
    scopes: dict[Path, tuple[list[list[Any]], list[list[str]]]] = {}
    for place in sorted(marking.places, key=lambda p: (p.path, p.id)):
        row = [place.id, place.node] if place.instance is None else [place.id, place.node, place.instance]
        scopes.setdefault(place.path, ([], []))[0].append(row)
    for arrival in sorted(marking.arrivals, key=lambda a: (a.path, a.join, a.source)):
        scopes.setdefault(arrival.path, ([], []))[1].append([arrival.join, arrival.source])
    rows = [[list(path), places, arrivals] for path, (places, arrivals) in sorted(scopes.items())]
    body = [marking.serial, marking.end_node, marking.results, rows]
    return bytes([FORMAT]) + orjson.dumps(body, default=_decimal, option=orjson.OPT_SORT_KEYS)


def decode(state: bytes) -> Marking:
    """The marking in a state blob; StateUnreadable if the format is unknown or the bytes are damaged."""
    read = FORMATS.get(state[0]) if state else None
    if read is None:
        raise StateUnreadable(en="unknown format of process state")
    try:
        return read(orjson.loads(state[1:]))
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise StateUnreadable(en=f"damaged process state: {error}") from error


def _read_format_1(body: Any) -> Marking:
    serial, end_node, results, rows = body
    places, arrivals = [], []
    for path, standing, waiting in rows:
        scope = tuple(path)
        places += [Place(row[0], row[1], scope, row[2] if len(row) > 2 else None) for row in standing]
        arrivals += [Arrival(join, source, scope) for join, source in waiting]
    if not isinstance(serial, int) or not isinstance(results, dict) or any(p.id >= serial for p in places):
        raise ValueError("fields out of order")
    restored = {name: _restored(value) for name, value in results.items()}
    return Marking(serial, tuple(places), tuple(arrivals), restored, end_node)


def _restored(value: Any) -> Any:
    if isinstance(value, dict):
        return Decimal(value["n"])
    return [_restored(v) for v in value] if isinstance(value, list) else value


def _decimal(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"n": str(value)}
    raise TypeError(f"process results must be plain values, found {type(value).__name__}")


FORMATS: Mapping[int, Callable[[Any], Marking]] = {1: _read_format_1}
