"""Indexes for the search box (beginnings of names, ends of numbers, in whatever locale) and the scope of a post."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

ADDED = {
    "ix_cases_applicant_initials": "applicant_initials varchar_pattern_ops",
    "ix_cases_applicant_name": "upper(applicant_name) text_pattern_ops",
    "ix_cases_number_ends": "reverse(number) text_pattern_ops",
}


def upgrade() -> None:
    op.drop_index("ix_cases_applicant_initials", "cases")
    for name, keys in ADDED.items():
        op.execute(f"CREATE INDEX {name} ON cases ({keys})")
    op.create_index("ix_work_items_post_id", "work_items", ["post_id"])


def downgrade() -> None:
    op.drop_index("ix_work_items_post_id", "work_items")
    for name in ADDED:
        op.drop_index(name, "cases")
    op.create_index("ix_cases_applicant_initials", "cases", ["applicant_initials", "home_region"])
