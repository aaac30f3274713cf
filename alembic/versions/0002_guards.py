"""What the database itself refuses: changed history, overlapping versions; and the sequencer's single row."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("case_events", "feed_entries", "feed_digests", "audit_entries")


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    # int4range makes the equality a range overlap, so that no extension (btree_gist) is needed.
    op.execute(
        "ALTER TABLE definition_versions ADD CONSTRAINT ex_definition_versions_in_force EXCLUDE USING gist"
        " (int4range(item_id, item_id, '[]') WITH &&, daterange(valid_from, valid_to, '[]') WITH &&)"
        " WHERE (status = 'published')"
    )
    op.execute(
        'INSERT INTO sequencer ("only", last_feed_no, settled_id, pending_id, pending_xmax) VALUES (true, 0, 0, 0, 0)'
    )
    op.execute('ALTER TABLE sequencer ADD CONSTRAINT ck_sequencer_only CHECK ("only")')
    # The worklist and the due sweeps look at few hot rows of tables that grow: keep their statistics and space fresh.
    for table in ("cases", "work_items", "case_states", "counters"):
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 85)")


def downgrade() -> None:
    op.execute("ALTER TABLE definition_versions DROP CONSTRAINT ex_definition_versions_in_force")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DELETE FROM sequencer")
    op.execute("ALTER TABLE sequencer DROP CONSTRAINT ck_sequencer_only")
