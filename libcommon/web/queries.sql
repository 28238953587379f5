-- The edge's own statements: Idempotency-Key. Tables and wf.idem_enter: app/schema/0001_common.sql.

-- Raises WF001 (running), WF002 (replay) or WF003 (mismatch).
-- q_idem_enter(client text, key_hash bytea, request_hash bytea) -> any    lane: own
SELECT wf.idem_enter($client, $key_hash, $request_hash);

-- q_idem_store{client text, key_hash bytea, request_hash bytea, status int4, headers jsonb, body bytea, now timestamptz} -> exactly 1
INSERT INTO wf.idempotency (client, key_hash, request_hash, status, headers, body, created_at)
VALUES ($client, $key_hash, $request_hash, $status, $headers, $body, $now);

-- q_idem_stored(client text, key_hash bytea) -> maybe idem_row(status int4, headers jsonb, body bytea)
SELECT status, headers, body FROM wf.idempotency
 WHERE org = coalesce((SELECT sec.org()), '') AND client = $client AND key_hash = $key_hash;

-- Where a reader of changes may begin next time: every transaction below it has ended. cluster names the database and its line of history: numbers of another mean nothing.
-- q_page_horizon() -> one page_horizon(below int8, ahead int8, cluster text)
SELECT pg_snapshot_xmin(s)::text::int8 AS below, pg_snapshot_xmax(s)::text::int8 AS ahead, c.system_identifier || '.' || k.timeline_id AS cluster
  FROM pg_current_snapshot() AS s, pg_control_system() AS c, pg_control_checkpoint() AS k;
