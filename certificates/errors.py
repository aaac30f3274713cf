"""What can go wrong between a template and a sealed page, in the engine's families of errors."""

from __future__ import annotations

from engine.errors import DefinitionError, NotFound, ProcessError


class FaceInvalid(DefinitionError):
    """证照版式模板有误，请业务管理员更正。"""


class FaceUnknown(NotFound):
    """没有这种证照或文书的版式，请核对类型。"""


class GlyphMissing(ProcessError):
    """字库中缺字，未出证；请联系技术人员补充字库。"""
