-- What was sent and confirmed is kept for a while, so that it can be sent once more to a consumer whose database was restored to an
-- earlier time; and when this database was restored itself (wayfare-ctl restore, reconcile).

-- One row for each confirmed delivery; the event itself stays in wf.outbox as long. No btree: it is written always and read never but
-- by reconcile, in the order of time.
CREATE TABLE wf.sent (
    event_id uuid NOT NULL,
    grp text NOT NULL,
    key uuid NOT NULL,
    seq int8 NOT NULL,
    on_dead text NOT NULL,
    confirmed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sent_confirmed ON wf.sent USING brin (confirmed_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX outbox_created ON wf.outbox USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
-- The outbox is no small table any more: vacuumed by a share of it.
ALTER TABLE wf.outbox SET (autovacuum_vacuum_scale_factor = 0.02);

-- Each restore of this database. A position that a reader was given before it (changes) is of another past.
CREATE TABLE wf.restored (
    generation int8 PRIMARY KEY DEFAULT pg_current_xact_id()::text::int8,
    backup_at timestamptz NOT NULL,                 -- the moment that the database was put back to
    restored_at timestamptz NOT NULL DEFAULT now(),
    opened_at timestamptz                           -- reconciled, and its programs let in again
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['sent', 'restored'] LOOP
        EXECUTE format('ALTER TABLE wf.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE wf.%I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;
GRANT SELECT, INSERT, DELETE ON wf.sent TO {{worker}};
CREATE POLICY worker ON wf.sent TO {{worker}} USING (true) WITH CHECK (true);
GRANT SELECT ON wf.restored TO {{service}}, {{worker}};
CREATE POLICY readers ON wf.restored FOR SELECT TO {{service}}, {{worker}} USING (true);
