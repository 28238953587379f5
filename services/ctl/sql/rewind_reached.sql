-- The id that the next transaction of the replayed cluster would have.
SELECT pg_snapshot_xmax(pg_current_snapshot())::text;
