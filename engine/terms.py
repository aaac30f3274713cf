"""The glossary in code: every closed vocabulary with its Chinese and English label.

One English word per Chinese term. A member's value is what files, rows and the API carry; its label is what people read.
"""

from __future__ import annotations

from enum import StrEnum


class Term(StrEnum):
    """A word of the glossary: `value` for machines, `label` (zh) and `label_en` for people."""

    label: str
    label_en: str

    def __new__(cls, value: str, label: str = "", label_en: str = "") -> Term:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.label_en = label_en or value.replace("_", " ").capitalize()
        return member


class Level(Term):
    """Administrative level (行使层级); `rank` as in GB/T 39046 A.2, smaller is higher."""

    CITY = "city", "市"
    DISTRICT = "district", "区县"
    STREET = "street", "街道"
    COMMUNITY = "community", "社区"

    @property
    def rank(self) -> int:
        return {"city": 3, "district": 4, "street": 5, "community": 6}[self.value]


class ActorKind(Term):
    """Who acts in a lane; only a post must be found by routing."""

    POST = "post", "岗位"
    PANEL = "panel", "评议组织"
    APPLICANT = "applicant", "申请人"
    OUTSIDE = "outside", "外部单位", "Outside body"
    MACHINE = "machine", "系统"


class Lane(Term):
    """The catalogue's twelve lanes (泳道)."""

    APPLICANT = "applicant", "申请人"
    GRID_WORKER = "grid_worker", "网格员"
    COMMUNITY = "community", "社区"
    STREET = "street", "街道"
    DISTRICT = "district", "区县"
    CITY = "city", "市"
    REVIEW_PANEL = "review_panel", "评议小组"
    CONSULTED_DEPARTMENT = "consulted_department", "协查部门"
    ASSESSOR = "assessor", "评定机构"
    SERVICE_PROVIDER = "service_provider", "服务机构"
    LINE_SYSTEM = "line_system", "条线系统"
    SYSTEM = "system", "系统"

    @property
    def actor_kind(self) -> ActorKind:
        return _ACTOR_KINDS.get(self, ActorKind.POST)


_ACTOR_KINDS = {
    Lane.APPLICANT: ActorKind.APPLICANT,
    Lane.REVIEW_PANEL: ActorKind.PANEL,
    Lane.ASSESSOR: ActorKind.OUTSIDE,
    Lane.SERVICE_PROVIDER: ActorKind.OUTSIDE,
    Lane.LINE_SYSTEM: ActorKind.OUTSIDE,
    Lane.SYSTEM: ActorKind.MACHINE,
}


class Stage(Term):
    """What a step is for (环节); the same words in every process, so that times compare across items."""

    ACCEPT = "accept", "受理"
    REVIEW = "review", "审核"
    CHECK = "check", "核对"
    VISIT = "visit", "入户调查"
    JOINT_REVIEW = "joint_review", "并联审查"
    ASSESS = "assess", "评定"
    DELIBERATE = "deliberate", "评议"
    PUBLICISE = "publicise", "公示"
    DECIDE = "decide", "决定"
    ISSUE = "issue", "制证用印"
    DELIVER = "deliver", "送达"
    SERVE = "serve", "服务"
    FOLLOW_UP = "follow_up", "事后核查"
    HANDLE = "handle", "办理"


class CaseStatus(Term):
    """Where a case (办件) stands."""

    RECEIVED = "received", "已收件"
    CORRECTION = "correction", "待补正", "Awaiting correction"
    IN_PROCESS = "in_process", "办理中"
    SUSPENDED = "suspended", "特别程序中", "Suspended"
    DECIDED = "decided", "已办结待送达", "Decided"
    CLOSED = "closed", "已结案"
    ARCHIVED = "archived", "已归档"


class CaseResult(Term):
    """How a case ended (办结结果); internal, mapped at each outside interface."""

    GRANTED = "granted", "准予"
    REFUSED = "refused", "不予批准"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    CORRECTION_EXPIRED = "correction_expired", "逾期未补正"
    WITHDRAWN = "withdrawn", "撤回"
    RETURNED = "returned", "退件"
    FORWARDED = "forwarded", "转报"
    VOID = "void", "作废"
    TERMINATED = "terminated", "终止"
    MERGED = "merged", "并案"


class CaseKind(Term):
    """办件类型."""

    IMMEDIATE = "immediate", "即办件"
    COMMITTED = "committed", "承诺件"


class DefinitionKind(Term):
    """What a definition describes."""

    SERVICE_ITEM = "service_item", "服务事项"
    CERTIFICATE = "certificate", "证明"


class ItemType(Term):
    """事项类型 (GB/T 39046 A.1)."""

    PERMIT = "permit", "行政许可"
    CONFIRMATION = "confirmation", "行政确认"
    BENEFIT = "benefit", "行政给付"
    REWARD = "reward", "行政奖励"
    OTHER_POWER = "other_power", "其他行政权力"
    PUBLIC_SERVICE = "public_service", "公共服务"


class DayUnit(Term):
    """Unit of a limit (时限单位)."""

    WORKING_DAY = "working_day", "个工作日", "working days"
    NATURAL_DAY = "natural_day", "个自然日", "calendar days"
    HOUR = "hour", "小时", "hours"
    MONTH = "month", "个月", "months"


class Channel(Term):
    """申报来源."""

    COUNTER = "counter", "窗口"
    PC = "pc", "电脑端"
    MOBILE = "mobile", "移动端"
    SELF_TERMINAL = "self_terminal", "自助终端"
    COURIER = "courier", "邮寄"
    PHONE = "phone", "电话"


class WorkItemStatus(Term):
    """State of one work item (待办)."""

    OPEN = "open", "待领取"
    CLAIMED = "claimed", "办理中"
    WAITING = "waiting", "待他人办理", "Waiting for others"
    DONE = "done", "已办"
    CANCELLED = "cancelled", "已取消"
    INCIDENT = "incident", "异常待处理"


class Card(Term):
    """Signal of e-supervision (电子监察)."""

    NONE = "none", "正常"
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"


class Part(Term):
    """What one work item is in its step: the holder's own, or that of somebody asked to sign or to advise."""

    MAIN = "main", "主办"
    BEFORE = "before", "前加签", "Signer before"
    AFTER = "after", "后加签", "Signer after"
    JOINT = "joint", "会签", "Joint signer"
    DELEGATE = "delegate", "受委派", "Delegate"


class Signal(Term):
    """What e-supervision issues about a case (监察信号)."""

    WARNING = "warning", "预警"
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"


class Trigger(Term):
    """What calls for a card (触发情形); the last six have no source of data yet."""

    CLOCK_NEAR = "clock_near", "时限临近"
    CLOCK_PAST = "clock_past", "超过时限"
    CARD_UNANSWERED = "card_unanswered", "监察牌逾期未说明"
    SECOND_CORRECTION = "second_correction", "再次告知补正"
    REFUSAL_WITHOUT_REASON = "refusal_without_reason", "拒绝未记明理由"
    PROCEDURE_UNLISTED = "procedure_unlisted", "特别程序不合规定"
    EXTENSION_MISUSED = "extension_misused", "延期不合规定"
    FOREIGN_DOCUMENT = "foreign_document", "清单外材料"
    FORBIDDEN_CERTIFICATE = "forbidden_certificate", "禁止出具的证明"
    NOT_SEPARATED = "not_separated", "经办审批未分离"
    FEE = "fee", "违规收费"
    SEAL = "seal", "违规用印"
    EXCHANGE = "exchange", "交换超时"
    RECORD_CHANGED = "record_changed", "办结后改动"
    EVALUATION = "evaluation", "差评未整改"
    COMPLAINT = "complaint", "投诉查实"


class CardStatus(Term):
    """Life of an issued card."""

    ISSUED = "issued", "已发出"
    NOTIFIED = "notified", "已送达", "Notified"
    EXPLAINED = "explained", "已说明"
    UPHELD = "upheld", "维持"
    REVOKED = "revoked", "撤销"
    RECTIFIED = "rectified", "已整改"
    CLOSED = "closed", "已销牌"
    REPLACED = "replaced", "已升级", "Replaced by red"


class CommitmentKind(Term):
    """What an applicant promised at acceptance."""

    DEFERRED = "deferred", "容缺补交", "Document to follow"
    DECLARED = "declared", "告知承诺", "Declared instead of proved"


class CommitmentStatus(Term):
    """What became of a commitment (承诺)."""

    OPEN = "open", "待履行"
    KEPT = "kept", "已履行"
    BROKEN = "broken", "未履行"
    DROPPED = "dropped", "不再要求", "No longer asked for"


class ClockKind(Term):
    """Which legal or internal time limit a clock measures."""

    STATUTORY = "statutory", "法定时限"
    PROMISED = "promised", "承诺时限"
    ACCEPTANCE = "acceptance", "受理时限"
    CORRECTION = "correction", "补正时限"
    STEP = "step", "环节时限"
    PROCEDURE = "procedure", "特别程序时限"
    DELIVERY = "delivery", "送达时限"
    DEFERRED = "deferred", "容缺补交时限", "Deferred documents"
    REPLY = "reply", "答复时限"


class ConditionBasis(Term):
    """What a condition rests on."""

    REGISTRY = "registry", "数据核验"
    DECLARED = "declared", "申报承诺"
    MIXED = "mixed", "申报加核验"


class Role(Term):
    """What a post entitles its holder to do."""

    CLERK = "clerk", "窗口受理"
    HANDLER = "handler", "经办"
    APPROVER = "approver", "审批"
    SUPERVISOR = "supervisor", "效能监察"
    POLICY_OFFICER = "policy_officer", "业务管理员"
    ORG_ADMIN = "org_admin", "机构管理员", "Organisation administrator"
    AUDITOR = "auditor", "审计员"
    E_SUPERVISION = "e_supervision", "电子监察系统", "E-supervision system"


class DeliveryMode(Term):
    """送达方式."""

    COUNTER = "counter", "窗口领取"
    POST = "post", "邮寄"
    ONLINE = "online", "网上下载"
    DOOR = "door", "上门送达"
    OTHER = "other", "其他"


class ServiceMode(Term):
    """How a counter document reached its addressee (文书送达方式)."""

    DIRECT = "direct", "直接送达", "Direct"
    LEFT = "left", "留置送达", "Left at the place"
    POST = "post", "邮寄送达", "By post"
    ELECTRONIC = "electronic", "电子送达", "Electronic"
    PROXY = "proxy", "委托送达", "By another body"
    ANNOUNCEMENT = "announcement", "公告送达", "Public announcement"


class Retention(Term):
    """How long an archived case is kept (保管期限); `years` None: for ever."""

    PERMANENT = "permanent", "永久"
    YEARS_30 = "30_years", "30年", "30 years"
    YEARS_10 = "10_years", "10年", "10 years"

    @property
    def years(self) -> int | None:
        return {"30_years": 30, "10_years": 10}.get(self.value)


class NoticeKind(Term):
    """The counter documents (办理文书); the value is the template's name, the label the title printed."""

    RECEIPT = "receipt", "收件凭证"
    ACCEPTANCE = "acceptance", "受理通知书", "Notice of acceptance"
    REFUSAL_OF_ACCEPTANCE = "refusal_of_acceptance", "不予受理通知书"
    ONE_TIME_NOTICE = "one_time_notice", "一次性告知书"
    CORRECTION = "correction", "补正通知书", "Request for correction"
    GAP_COMMITMENT = "gap_commitment", "容缺受理承诺书", "Promise to supply documents"
    COMMITMENT = "commitment", "告知承诺书", "Written commitment"
    SPECIAL_PROCEDURE = "special_procedure", "特别程序告知书"
    EXTENSION = "extension", "延期办理告知书", "Notice of extension"
    GRANT = "grant", "准予决定书"
    REFUSAL = "refusal", "不予批准决定书"
    WITHDRAWAL = "withdrawal", "撤回申请确认书", "Confirmation of withdrawal"
    TERMINATION = "termination", "终止办理告知书", "Notice of termination"
    REFERRAL = "referral", "不予出具证明告知单", "Referral"
    SUPERVISION_ORDER = "supervision_order", "督办单"
    CARD_NOTICE = "card_notice", "监察通知书", "Supervision card"
    SERVICE_RETURN = "service_return", "送达回证"
    HANDOVER_SLIP = "handover_slip", "材料交接单", "Hand-over slip"
    COLLECTION_RECORD = "collection_record", "领取登记"
    ARCHIVE_LIST = "archive_list", "归档文件目录"
    ARCHIVE_TRANSFER = "archive_transfer", "档案移交清单"


class LegalityStatus(Term):
    """May this certificate type be issued (出具依据状态)?"""

    ISSUE = "issue", "可以出具"
    FORBIDDEN = "forbidden", "禁止出具"
    REDIRECT = "redirect", "由其他机关出具"
    COMMITMENT = "commitment", "改为告知承诺"
    CHECK = "check", "改为部门核验"
    REVIEW = "review", "待核，不得用印"


class CalendarStatus(Term):
    """How far a year's working calendar (工作日历) can be trusted."""

    OFFICIAL = "official", "正式"
    PROVISIONAL = "provisional", "暂定"


class LedgerKind(Term):
    """What one line of a due date's ledger (计时明细) stands for."""

    START = "start", "起算日不计", "Start, not counted"
    COUNTED = "counted", "计入", "Counted"
    MAKE_UP = "make_up", "调休上班，计入", "Make-up working day, counted"
    WEEKEND = "weekend", "周末，不计", "Weekend, not counted"
    HOLIDAY = "holiday", "节假日，不计", "Holiday, not counted"
    SUSPENDED = "suspended", "停表，不计", "Suspended, not counted"
    POSTPONED = "postponed", "届满日顺延", "Last day postponed"
    DUE = "due", "届满"


class Sex(Term):
    """性别, as a resident identity number tells it."""

    MALE = "male", "男"
    FEMALE = "female", "女"
