"""Verification links and their QR symbols (二维码)."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import segno
from reportlab.platypus import Flowable

QUIET_ZONE = 4  # modules of white the standard asks for around the symbol


def verification_url(public_url: str, number: str, code: str) -> str:
    """The address a phone opens to check a certificate: number and check code (验真码)."""
    return f"{public_url.rstrip('/')}/v/{quote(number, safe='')}?c={quote(code, safe='')}"


def check_code(url: str) -> str:
    """The check code inside a verification address; empty if it has none."""
    return parse_qs(urlsplit(url).query).get("c", [""])[0]


def site(url: str) -> str:
    """The host name people can type, from any address on it."""
    return urlsplit(url).netloc


class QrSymbol(Flowable):  # type: ignore[misc]
    """The symbol with its quiet zone in a square of `side` points, drawn as a one-bit image mask: sharp at any size."""

    def __init__(self, text: str, side: float) -> None:
        super().__init__()
        # A fixed mask: the search for the best of eight costs more than the rest of the page.
        code = segno.make_qr(text, error="m", mask=3, boost_error=False)
        self._rows = [bytes(row) for row in code.matrix]
        self.width = self.height = side

    def draw(self) -> None:
        count = len(self._rows)
        module = self.width / (count + 2 * QUIET_ZONE)
        side, margin = module * count, module * QUIET_ZONE
        length = -(-count // 8)
        padding = 8 * length - count
        packed = b"".join(
            int("".join("0" if dark else "1" for dark in row) + "1" * padding, 2).to_bytes(length, "big")
            for row in self._rows
        )
        self.canv._code.append(
            f"q 0 g {side:.3f} 0 0 {side:.3f} {margin:.3f} {margin:.3f} cm"
            f" BI /W {count} /H {count} /IM true /BPC 1 /F /AHx ID\n{packed.hex()}>\nEI Q"
        )
