"""Help that needs no script: the keys of every page (快捷键)."""

from __future__ import annotations

from flask import Blueprint, render_template

from api.auth import public

pages = Blueprint("help_pages", __name__)

KEYS = (
    ("Tab / Shift+Tab", "下一项、上一项", "Next or previous control"),
    ("?", "显示当前页面的快捷键", "Keys of the present page"),
    ("/", "到查找框", "To the search box"),
    ("↑ ↓ Home End", "在待办列表里移动，右侧预览跟随", "Move in the worklist; the preview follows"),
    ("Enter", "打开选中的办件；填表时到下一项", "Open the case; in a form, the next question"),
    ("N", "新收申请", "New application"),
    ("F2", "暂存申请（只存在本机）", "Keep a draft on this computer"),
    ("F4", "一次性告知补正", "Ask once for corrections"),
    ("F9", "收件、受理、提交当前主要操作", "The main action of the page"),
    ("C", "领取或退回待办", "Claim or release"),
    ("P", "打印", "Print"),
    ("Esc", "关闭对话框；从查找框回到列表", "Close a dialog; back to the list"),
)


@pages.get("/help/keys")
@public
def keys() -> str:
    """The list."""
    return render_template("help/keys.html.j2", keys=KEYS)
