"""Identifiers: check digits and structure of person, organisation, item, certificate, region and case numbers.

A check returns what is wrong in Chinese, or None. Names and pinyin are in `names`, offered here too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_37_36

from engine.errors import FormInvalid, ProcessError
from engine.policy.names import normalise_name_for_matching, pinyin_initials
from engine.terms import Level, Sex

__all__ = [
    "ResidentId",
    "certificate_identifier_check",
    "counter_case_number",
    "exchange_case_number",
    "identity_number_for_matching",
    "implementation_code",
    "implementation_code_problem",
    "mask_identity_number",
    "mask_phone",
    "normalise_name_for_matching",
    "organisation_code_check",
    "organisation_code_is_valid",
    "pinyin_initials",
    "region_level",
    "region_parent",
    "resident_id_problem",
    "significant_prefix",
    "uscc_check",
    "uscc_is_valid",
]

# Persons: GB 11643-1999.

_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]")
_TEST_PREFIX = "99"  # an unassigned region; the 2023 foreigner's residence card starts with a single 9


def _compact(text: str) -> str:
    """As typed or scanned: full-width characters, blanks and a small x are accepted."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


@dataclass(frozen=True)
class ResidentId:
    """A valid resident identity number (公民身份号码), with upper-case X."""

    number: str

    @classmethod
    def parse(cls, text: str, today: date) -> ResidentId:
        """The number in a text; FormInvalid says what is wrong."""
        if problem := resident_id_problem(text, today):
            raise FormInvalid(problem, en="The resident identity number is not valid.")
        return cls(_compact(text))

    @property
    def born_on(self) -> date:
        return ric.get_birth_date(self.number)

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.number[16]) % 2 else Sex.FEMALE

    @property
    def region_prefix(self) -> str:
        """Six digits of the region that gave the number; it may long be abolished."""
        return self.number[:6]

    @property
    def is_test_number(self) -> bool:
        """Whether the number is invented for tests; it must not enter a live register."""
        return self.number.startswith(_TEST_PREFIX)


def resident_id_problem(text: str, today: date) -> str | None:
    """What is wrong with a resident identity number (公民身份号码), or None.

    Length, birth date not later than `today`, check digit (GB 11643). The region prefix is not looked up: people
    keep the number of a region that no longer exists.
    """
    number = _compact(text)
    if not _RESIDENT_ID.fullmatch(number):
        return "公民身份号码应为18位：前17位为数字，末位为数字或X。"
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "公民身份号码中的出生日期不存在，请核对第7至14位。"
    if born_on > today:
        return "公民身份号码中的出生日期晚于今天，请核对第7至14位。"
    if ric.calc_check_digit(number) != number[-1]:
        return "公民身份号码校验位不符，请逐位核对。"
    return None


def identity_number_for_matching(text: str) -> str:
    """The form under which identity numbers are compared; an old 15-digit number becomes its 18-digit twin."""
    number = _compact(text)
    if re.fullmatch(r"[0-9]{15}", number):
        number = f"{number[:6]}19{number[6:]}"
        return number + ric.calc_check_digit(number + "0")
    return number


def mask_identity_number(number: str) -> str:
    """An identity number fit for notices: first six and last four characters; short ones are hidden wholly."""
    return _mask(number, 6, 4)


def mask_phone(phone: str) -> str:
    """A phone number fit for notices: 138****1234; the last four of anything shorter than a mobile number."""
    return _mask(phone, 3 if len(phone) >= 11 else 0, 4)


def _mask(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[-tail:] if hidden > 0 else "*" * len(text)


# Organisations: GB 32100-2015 and GB 11714.

_USCC_BODY = re.compile(r"[0-9A-HJ-NPQRTUWXY]{17}")
_ORGANISATION_BODY = re.compile(r"[0-9A-Z]{8}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_check(body: str) -> str:
    """Check character of a unified social credit code (统一社会信用代码) from its first 17 characters."""
    if not _USCC_BODY.fullmatch(body):
        raise FormInvalid("统一社会信用代码前17位应为数字或大写字母（不含I、O、S、V、Z）。")
    return uscc.calc_check_digit(body)


def uscc_is_valid(code: str) -> bool:
    """Whether a unified social credit code (统一社会信用代码) has the right characters and check character.

    Any authority and category are accepted: those of committees and of the military are not all numeric.
    """
    return len(code) == 18 and bool(_USCC_BODY.fullmatch(code[:17])) and uscc_check(code[:17]) == code[17]


def organisation_code_check(body: str) -> str:
    """Check character of an organisation code (组织机构代码, GB 11714) from its first eight characters."""
    if not _ORGANISATION_BODY.fullmatch(body):
        raise FormInvalid("组织机构代码前8位应为数字或大写字母。")
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def organisation_code_is_valid(code: str) -> bool:
    """Whether an organisation code (组织机构代码), with or without its hyphen, has the right check character."""
    body, check = code.replace("-", "")[:-1], code[-1:]
    return bool(_ORGANISATION_BODY.fullmatch(body)) and organisation_code_check(body) == check


# Items: implementing body 18 + level 1 + catalogue code 12.

_CATALOGUE_CODE = re.compile(r"[0-9]{12}")


def implementation_code(body_uscc: str, level: Level, catalogue_code: str) -> str:
    """The 31-character implementation code (实施编码) of an item as one body carries it out."""
    code = f"{body_uscc}{level.rank}{catalogue_code}"
    if problem := implementation_code_problem(code, catalogue_code):
        raise FormInvalid(problem)
    return code


def implementation_code_problem(code: str, catalogue_code: str | None = None) -> str | None:
    """What is wrong with an implementation code (实施编码), or None; also against its catalogue code if given.

    Only for codes of the national scheme: some provinces use other forms, which are kept as they come.
    """
    if len(code) != 31:
        return "实施编码应为31位：统一社会信用代码18位、行使层级1位、基本编码12位。"
    if not uscc_is_valid(code[:18]):
        return "实施编码前18位不是有效的统一社会信用代码。"
    if code[18] not in "1234567":
        return "实施编码第19位（行使层级）应为1至7。"
    if not _CATALOGUE_CODE.fullmatch(code[19:]):
        return "实施编码后12位（基本编码）应为数字。"
    if catalogue_code is not None and code[19:] != catalogue_code:
        return "实施编码后12位与事项的基本编码不一致。"
    return None


# Certificates: check character of the certificate identifier.


def certificate_identifier_check(type_code: str, issuer_code: str, serial: str, version: str) -> str:
    """Check character of a certificate identifier (电子证照标识): ISO/IEC 7064 MOD 37,36, root and dots left out."""
    payload = type_code + issuer_code + serial + version
    if not re.fullmatch(r"[0-9A-Z]+", payload):
        raise FormInvalid("电子证照标识的各段应为数字或大写字母。")
    return mod_37_36.calc_check_digit(payload)


# Regions: twelve digits, province 2, city 2, district 2, street 3, community 3.

_REGION_CODE = re.compile(r"[1-9][0-9]{11}")
_REGION_GROUPS = {Level.CITY: (2, 4), Level.DISTRICT: (4, 6), Level.STREET: (6, 9), Level.COMMUNITY: (9, 12)}


def region_level(code: str) -> Level:
    """Administrative level (行政层级) of a 12-digit region code, from its trailing zeros; a province is refused."""
    if not _REGION_CODE.fullmatch(code):
        raise FormInvalid("区划代码应为12位数字。")
    filled = [level for level, (begin, end) in _REGION_GROUPS.items() if int(code[begin:end])]
    if not filled or filled != list(_REGION_GROUPS)[: len(filled)]:
        raise FormInvalid(f"区划代码{code}不是市、区县、街道或社区的代码。")
    return filled[-1]


def significant_prefix(code: str) -> str:
    """The digits that all regions inside this one share: 4, 6, 9 or 12 of them."""
    return code[: _REGION_GROUPS[region_level(code)][1]]


def region_parent(code: str) -> str | None:
    """Code of the next higher region by zeroing; None for a city. Whether it exists is for the region tree to say."""
    begin, _ = _REGION_GROUPS[region_level(code)]
    return code[:begin].ljust(12, "0") if begin > 2 else None


# Cases.


def counter_case_number(community_code: str, on: date, serial: int) -> str:
    """The short case number (办件编号) printed on receipts: community 12 + YYMMDD + serial 4."""
    if region_level(community_code) is not Level.COMMUNITY:
        raise FormInvalid("办件编号须用社区的12位区划代码。")
    return f"{community_code}{on:%y%m%d}{_serial(serial, 4)}"


def exchange_case_number(code: str, on: date, serial: int) -> str:
    """The case number (办件编号) sent to other systems: implementation code 31 + YYMMDD + serial 5."""
    if problem := implementation_code_problem(code):
        raise FormInvalid(problem)
    return f"{code}{on:%y%m%d}{_serial(serial, 5)}"


def _serial(serial: int, width: int) -> str:
    if not 0 < serial < 10**width:
        raise ProcessError(
            f"办件流水号{serial}超出{width}位，无法编号。", en="The serial of the case number is used up."
        )
    return f"{serial:0{width}d}"
