"""Words for what moved a case backwards or ended it outside the flow: returned, taken back, rejected, withdrawn …"""

from __future__ import annotations

# Kind of event -> title, title in English, sentence, sentence in English, tone. {step} is the step named by `to` or `node`.
FLOW_SAYINGS: dict[str, tuple[str, str, str, str, str]] = {
    "case_returned": (
        "退回",
        "Returned",
        "退回到“{step}”重新办理{directly}。",
        "Sent back to an earlier step.",
        "yellow",
    ),
    "step_taken_back": (
        "收回已办",
        "Taken back",
        "收回已办的“{step}”，重新办理。",
        "A done step was taken back.",
        "yellow",
    ),
    "case_rejected": ("驳回", "Rejected", "驳回申请，不予批准，结案。", "The application was rejected.", "red"),
    "case_withdrawn": ("撤回申请", "Withdrawn", "申请人撤回申请，结案。", "The applicant withdrew.", "grey"),
    "case_voided": ("作废", "Voided", "经批准作废，结案。", "The case was voided with approval.", "grey"),
    "case_terminated": ("终止办理", "Terminated", "终止办理，结案。", "The case was terminated.", "red"),
    "case_merged": ("并案", "Merged", "并入申请人的另一办件，结案。", "Merged into another case.", "grey"),
    "case_absorbed": (
        "并入",
        "Absorbed",
        "另一同类办件并入该件，一并办理。",
        "Another case was merged into it.",
        "blue",
    ),
}
