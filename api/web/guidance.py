"""What a clerk may say and should look at while an application is taken (办理指引)."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.wording import t
from engine.queries.acceptance_preview import AcceptancePreview
from engine.terms import Stage


@dataclass(frozen=True)
class Check:
    """One thing to look at; `state` is done, attention or open."""

    text: str
    state: str


@dataclass(frozen=True)
class Guidance:
    """A sentence for the applicant, what to look at, and what the item's own definition advises."""

    say: str
    checks: tuple[Check, ...]
    advice: str


def before_identity() -> Guidance:
    """Guidance while nobody has been identified yet."""
    return Guidance(
        t(
            "“您好，请出示一下身份证，我先查查系统里已有的信息，能不让您填的就不填。”",
            "“Good morning. May I see your identity card? What we know already you need not fill in.”",
        ),
        (
            Check(t("核对证件照片与本人一致", "The card's photograph is the person"), "open"),
            Check(
                t("代他人办理的，先录申请人本人的号码", "For somebody else: enter the applicant's own number"), "open"
            ),
        ),
        "",
    )


def while_filling(preview: AcceptancePreview) -> Guidance:
    """Guidance for an application half filled in."""
    return Guidance(_say(preview), tuple(_checks(preview)), _advice(preview))


def _say(preview: AcceptancePreview) -> str:
    missing = [line.rule.title for line in preview.missing]
    if preview.eligibility.outcome == "not_eligible":
        return t(
            "“按现在的情况有条件不符合，我给您说明是哪一条、怎么办；您坚持申请的，我们也会收下并书面答复。”",
            "“One condition is not met. Let me explain which, and what else you can do. You may apply nonetheless.”",
        )
    if missing:
        return t(
            f"“还差{'、'.join(missing[:3])}{'等' if len(missing) > 3 else ''}。今天没带的，我一次给您列清楚，补齐就办，不用重新排队。”",
            f"“{len(missing)} documents are still missing. If you have not brought them, I will list all of them at once.”",
        )
    if preview.prefilled:
        return t(
            f"“您的{len(preview.prefilled)}项信息系统里都有了，请您看一遍对不对，其余几项我来问您。”",
            f"“{len(preview.prefilled)} answers are known already. Please check them; I will ask you for the rest.”",
        )
    return t(
        "“居民库里还没有您的信息，我帮您一项一项填，几分钟就好。”",
        "“You are not in the register yet. I will fill in the form with you; it takes a few minutes.”",
    )


def _checks(preview: AcceptancePreview) -> list[Check]:
    checks = [
        Check(
            t("身份已核对", "Identity checked")
            if preview.person_found
            else t(
                "居民库中没有此人：核对号码，登记居住社区", "Not in the register: check the number, enter the community"
            ),
            "done" if preview.person_found else "attention",
        ),
        Check(t("请申请人报手机号，复述一遍确认", "Read the phone number back"), "open"),
    ]
    reused = sum(line.status == "reused" for line in preview.documents)
    if reused:
        checks.append(
            Check(
                t(f"{reused}份材料有电子证照，不要再收", f"{reused} documents are known as e-licences: do not ask"),
                "done",
            )
        )
    checks += [
        Check(t(f"待收：{line.rule.title}", f"Missing: {line.rule.title}"), "attention") for line in preview.missing[:5]
    ]
    unknown = [f for f in preview.eligibility.findings if f.met is None]
    if unknown:
        checks.append(
            Check(t(f"{len(unknown)}项条件待核，由后台核对", f"{len(unknown)} conditions to be checked"), "open")
        )
    return checks


def _advice(preview: AcceptancePreview) -> str:
    processes = preview.definition.processes
    guides = (node.guide for process in processes for node in process.nodes if node.stage is Stage.ACCEPT)
    return next(filter(None, guides), "")
