"""What can go wrong with an embedded server; the person at the machine can repair each of them."""

from __future__ import annotations

from engine.errors import CaseworkError


class EmbeddedServerError(CaseworkError):
    """内置数据库或队列出错。"""


class ServerOwned(EmbeddedServerError):
    """内置服务已由另一个进程启动。"""


class StartFailed(EmbeddedServerError):
    """内置服务未能启动。"""


class DatabaseVersionMismatch(EmbeddedServerError):
    """数据由另一个大版本的 PostgreSQL 写成，请先运行 yimen db upgrade。"""


class SecretsMismatch(EmbeddedServerError):
    """密钥文件 secrets.json 与数据不是同一份备份，请一起恢复。"""


class PlaceRefused(EmbeddedServerError):
    """内置服务的目录不可用。"""
