"""Every exception of the engine, grouped by the person who can repair it.

Outcomes the service foresees (refused, correction required, not eligible) are values, not exceptions.
The class docstring is the default Chinese message; `api/errors.py` maps each class to an HTTP status.
"""

from __future__ import annotations


class CaseworkError(Exception):
    """办理出错，请稍后再试。"""

    def __init__(self, message: str | None = None, *, en: str | None = None, **detail: object) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.en = en
        self.detail = detail
        super().__init__(self.message)


class DefinitionError(CaseworkError):
    """事项定义有误，请业务管理员更正。"""

    def __init__(
        self,
        message: str | None = None,
        *,
        file: str = "",
        line: int = 0,
        key: str = "",
        hint: str = "",
        en: str | None = None,
        **detail: object,
    ) -> None:
        super().__init__(message, en=en, **detail)
        self.file, self.line, self.key, self.hint = file, line, key, hint

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        return place + self.message + (f"（{self.hint}）" if self.hint else "")


class ExpressionError(DefinitionError):
    """表达式写法有误。"""


class DefinitionInvalid(DefinitionError):
    """定义文件不合格式。"""


class CheckFailed(DefinitionError):
    """定义未通过检查，不能发布。"""


class ScenarioFailed(DefinitionError):
    """情景测试未通过，不能发布。"""


class VersionOverlap(DefinitionError):
    """同一事项已有版本在这段时间内有效，请调整生效日期。"""


class CalendarMissing(DefinitionError):
    """该年度的放假安排尚未录入，请先导入工作日历。"""


class RequestError(CaseworkError):
    """请求有误，请更正后再提交。"""


class FormInvalid(RequestError):
    """表单填写有误，请按提示更正。"""


class NotFound(RequestError):
    """没有找到，请核对编号。"""


class NotSignedIn(RequestError):
    """请先登录。"""


class NotPermitted(RequestError):
    """您没有办理此项的权限；如确需办理，请联系本单位管理员。"""


class PasswordChangeNeeded(NotPermitted):
    """请先修改一次性密码，再使用系统。"""


class ActionNotAllowed(RequestError):
    """当前状态下不能进行此操作。"""


class StaleVersion(RequestError):
    """该件已被他人处理，请刷新后再办。"""


class IdempotencyConflict(RequestError):
    """同一个请求编号用于了不同的内容，请换一个编号。"""


class TooManyAttempts(RequestError):
    """尝试次数过多，请稍后再试。"""


class ProcessError(CaseworkError):
    """流程运行出错，该件已暂停流转，技术人员会处理。"""


class ProcessStuck(ProcessError):
    """流程没有可走的分支，该件已暂停流转，技术人员会处理。"""


class StateUnreadable(ProcessError):
    """办件的流程状态无法读取，技术人员会处理。"""


class RoutingFailed(ProcessError):
    """找不到承办岗位，请单位管理员先设置岗位。"""


class ExternalError(CaseworkError):
    """外部服务暂时不可用，系统会自动重试。"""


class SealUnavailable(ExternalError):
    """用印服务暂时不可用，系统会自动重试。"""


class DeliveryUnavailable(ExternalError):
    """消息发送服务暂时不可用，系统会自动重试。"""
