"""Electronic licences of invented people (电子证照), as their facts call for, each with its trust grade.

Grade A and B replace a document at the counter; C was scanned from paper, D only read off it (国办函〔2016〕108号).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from api.demo_city.people import SNAPSHOT_ON, Home, Means, Person, Relation

VALID, EXPIRED = "valid", "expired"

_POLICE, _OUTSIDE_POLICE = "云溪市公安局", "丰阳市公安局"
_CIVIL_AFFAIRS, _VETERANS = "云溪市民政局", "云溪市退役军人事务局"
_HUMAN_RESOURCES = "云溪市人力资源和社会保障局"
_FROM_SOURCE = "A"
_SHARED = "AAAB"
_SCANNED = "BBCD"
_CATEGORY_DIGITS = {"视力": 1, "听力": 2, "言语": 3, "肢体": 4, "智力": 5, "精神": 6, "多重": 7}


@dataclass(frozen=True, slots=True)
class Licence:
    """One electronic licence (电子证照); `type` is a code of the licence list, `number` is personal."""

    type: str
    number: str
    issuer: str
    issued_on: date
    valid_until: date | None
    trust_grade: str

    @property
    def status(self) -> str:
        """`valid`, or `expired` where the last day lies before the day of the register."""
        return EXPIRED if self.valid_until and self.valid_until < SNAPSHOT_ON else VALID


@dataclass(frozen=True, slots=True)
class LicenceDrawer:
    """Draws the licences of one person; `household_no` is the number of the household register (户号)."""

    random: Random
    person: Person
    identity_number: str
    household_no: str
    home: Home
    facts: Mapping[str, Mapping[str, Any]]

    def draw(self) -> tuple[Licence, ...]:
        """The licences that the person's age, home and facts call for."""
        drawers = (
            self._identity,
            self._family,
            self._support,
            self._service,
            self._learning,
            self._work,
            self._property,
        )
        return tuple(licence for drawer in drawers for licence in drawer())

    def _fact(self, root: str, name: str) -> Any:
        return self.facts.get(root, {}).get(name)

    def _issue(
        self, kind: str, number: str, issuer: str, grades: str, *, valid_years: int | None = None, oldest: int = 20
    ) -> Licence:
        """A licence issued within the last `oldest` years, never before birth; no end where `valid_years` is None."""
        drawn_on = SNAPSHOT_ON - timedelta(days=self.random.randint(1, oldest * 365))
        issued_on = max(drawn_on, self.person.born_on)
        valid_until = issued_on + timedelta(days=valid_years * 365) if valid_years else None
        return Licence(kind, number, issuer, issued_on, valid_until, self.random.choice(grades))

    def _serial(self, prefix: str) -> str:
        return f"{prefix}{self.random.randrange(10**8):08d}"

    def _identity(self) -> Iterator[Licence]:
        age, issuer = self.person.age, _POLICE if self.home.local else _OUTSIDE_POLICE
        if age >= 16 or self.random.random() < 0.3:
            # Five years below 16, ten below 26, twenty below 46, without end above (居民身份证法第五条).
            years = 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else None
            yield self._issue("SFZ", self.identity_number, issuer, _SHARED, valid_years=years, oldest=(years or 18) + 1)
        if self.random.random() < 0.93:
            yield self._issue("HKB", self.household_no, issuer, _SHARED)
        if self._fact("applicant", "has_residence_permit"):
            yield self._issue("JZZ", self._serial("JZ"), _POLICE, _SHARED, valid_years=1, oldest=1)
        if age <= 6:
            yield self._issue("CSZM", self._serial("Z99"), "云溪市妇幼保健院", _SHARED, oldest=7)

    def _family(self) -> Iterator[Licence]:
        person = self.person
        if person.relation in (Relation.HEAD, Relation.SPOUSE) and person.marital in ("已婚", "离婚"):
            kind, letter = ("JHZ", "J") if person.marital == "已婚" else ("LHZ", "L")
            # Both spouses hold the same entry number.
            entry = f"{letter}990101-{self.household_no[-7:]}"
            yield self._issue(kind, entry, f"{_CIVIL_AFFAIRS}婚姻登记处", _SCANNED, oldest=max(1, person.age - 22))
        if person.relation is Relation.HEAD and self.home.means is Means.DIBAO:
            yield self._issue("DBZ", self._serial("溪民保"), _CIVIL_AFFAIRS, _FROM_SOURCE, valid_years=1, oldest=1)

    def _support(self) -> Iterator[Licence]:
        disability = self.person.disability
        if disability and self._fact("disability", "card_valid"):
            card = f"{self.identity_number}{_CATEGORY_DIGITS[disability.category]}{disability.level}"
            yield self._issue("CJZ", card, "云溪市残疾人联合会", _FROM_SOURCE, valid_years=10, oldest=9)
        if self._fact("elder", "card_valid"):
            yield self._issue("LNYD", self._serial("LN"), _CIVIL_AFFAIRS, _SHARED, oldest=5)

    def _service(self) -> Iterator[Licence]:
        if self._fact("veteran", "is_veteran"):
            yield self._issue("TYZ", self._serial("退"), "原服役部队", _SCANNED, oldest=max(1, self.person.age - 20))
        if self._fact("veteran", "is_survivor"):
            yield self._issue("LSZM", self._serial("烈"), _VETERANS, _SCANNED, oldest=30)
        if self._fact("veteran", "card_valid"):
            yield self._issue("YDZ", self._serial("9901"), _VETERANS, _FROM_SOURCE, oldest=3)

    def _learning(self) -> Iterator[Licence]:
        person = self.person
        if person.graduated_in is not None:
            on = date(person.graduated_in, 6, 20)
            yield Licence("XLZ", self._serial("99010"), "云溪学院", on, None, self.random.choice(_SCANNED))
        if person.job == "在校" and person.age >= 6:
            yield self._issue("XSZ", self._serial("G"), "云溪市教育局", _SCANNED, valid_years=1, oldest=1)

    def _work(self) -> Iterator[Licence]:
        if self._fact("social", "card_exists"):
            yield self._issue("SBK", self._serial("Y"), _HUMAN_RESOURCES, _FROM_SOURCE, oldest=8)
        if self._fact("job", "registered_unemployed"):
            yield self._issue("JYCYZ", self._serial("9901"), _HUMAN_RESOURCES, _FROM_SOURCE, oldest=2)
        if self._fact("job", "is_hard_to_employ"):
            yield self._issue("JYKN", self._serial("困"), _HUMAN_RESOURCES, _FROM_SOURCE, valid_years=1, oldest=1)

    def _property(self) -> Iterator[Licence]:
        if self.home.owned and self.person.relation is Relation.HEAD:
            deed = f"溪（2019）云溪市不动产权第{self.household_no[-7:]}号"
            yield self._issue("BDC", deed, "云溪市自然资源和规划局", _SHARED, oldest=12)
        if self._fact("vehicle", "driver_licence"):
            yield self._issue("JSZ", self._serial("99"), _POLICE, _SHARED, valid_years=10, oldest=10)
