"""What every table shares: the metadata with its naming rules, and the columns that recur."""

from __future__ import annotations

from sqlalchemy import CHAR, BigInteger, Column, DateTime, ForeignKey, Identity, MetaData

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

REGION = CHAR(12)
INSTANT = DateTime(timezone=True)


def identity() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def case_ref() -> Column[int]:
    return Column("case_id", BigInteger, ForeignKey("cases.id"), nullable=False)


def officer_ref(name: str, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, ForeignKey("officers.id"), nullable=nullable)
