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
