-- The scheduler's statements on wf.due (libcommon/app/schema/0001_common.sql).

-- q_due_take(now timestamptz, max int4) -> many due_row(kind text, key uuid, org text, data jsonb)    lane: own
DELETE FROM wf.due AS d
 USING (SELECT w.kind, w.key FROM wf.due AS w WHERE w.due_at <= $now ORDER BY w.due_at LIMIT $max FOR UPDATE SKIP LOCKED) AS t
 WHERE d.kind = t.kind AND d.key = t.key
RETURNING d.kind, d.key, d.org, d.data;

-- What has passed and is still there.
-- q_due_late(now timestamptz) -> one due_late(n int8, oldest timestamptz?)    lane: own
SELECT count(*), min(due_at) FROM wf.due WHERE due_at <= $now;

-- Back again, for a kind that events.yaml does not know or data that does not fit: one bad row holds up no other.
-- q_due_postpone{kind text, key uuid, org text, due_at timestamptz, data jsonb} -> exactly 1
INSERT INTO wf.due (kind, key, org, due_at, data) VALUES ($kind, $key, $org, $due_at, $data);
