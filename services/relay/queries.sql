-- The relay's statements: publish, confirm, upkeep, seal. Tables: libcommon/app/schema/0001_common.sql.

-- Takes what may be published: of each (group, key) only the earliest delivery that is not confirmed (confirmed ones are
-- gone). Confirmed below: every delivery of the group with a lower position is confirmed; what is not visible yet has a
-- position at or above the snapshot's xmin. epochs: those of the Redis servers, of which the key's hash chooses one. Its commit
-- does not wait for the disk: lost with the server's memory, it is done again, and consumers tell duplicates.
-- q_relay_take(epochs text[], full text[], republish_us int8, max int4)
--   -> many relay_row(event_id uuid, grp text, key uuid, seq int8, on_dead text, position int8, publication int4, below int8,
--      org text, type text, subject uuid, data jsonb, trace text, created_at timestamptz, epoch int8, commit_ text)    lane: own lease
WITH ready AS (
    SELECT d.grp, d.key, d.seq
      FROM wf.delivery AS d
     WHERE d.published_at IS NULL AND d.grp <> ALL ($full::text[])
       AND NOT EXISTS (SELECT 1 FROM wf.delivery AS e WHERE e.grp = d.grp AND e.key = d.key AND e.seq < d.seq)
     ORDER BY d.position LIMIT $max
       FOR UPDATE OF d SKIP LOCKED
), taken AS (
    UPDATE wf.delivery AS d
       SET published_at = now(), attempts = d.attempts + 1,
           epoch = ($epochs::text[])[1 + abs(uuid_hash(r.key)::int8) % cardinality($epochs::text[])]::int8,
           next_at = now() + least($republish_us * 2 ^ least(d.attempts, 20), 3600000000) * interval '1 microsecond'
      FROM ready AS r
     WHERE d.grp = r.grp AND d.key = r.key AND d.seq = r.seq
    RETURNING d.event_id, d.grp, d.key, d.seq, d.on_dead, d.position, d.attempts, d.epoch
), floor AS MATERIALIZED (
    SELECT g.grp,
           (SELECT least(min(m.position), pg_snapshot_xmin(pg_current_snapshot())::text::int8)
              FROM wf.delivery AS m WHERE m.grp = g.grp) AS below
      FROM (SELECT DISTINCT t.grp FROM taken AS t) AS g
)
SELECT t.event_id, t.grp, t.key, t.seq, t.on_dead, t.position, t.attempts, f.below, o.org, o.type, o.subject, o.data, o.trace,
       o.created_at, t.epoch, set_config('synchronous_commit', 'off', true)
  FROM taken AS t JOIN floor AS f ON f.grp = t.grp JOIN wf.outbox AS o ON o.id = t.event_id
 ORDER BY t.grp, t.position, t.seq;

-- The Redis that they were meant for did not take them.
-- q_relay_back(events uuid[], groups text[]) -> any    lane: own lease
UPDATE wf.delivery AS d SET published_at = NULL, next_at = NULL
  FROM unnest($events::uuid[], $groups::text[]) AS b (event_id, grp)
 WHERE d.event_id = b.event_id AND d.grp = b.grp;

-- The event itself stays: both are kept for a while, for a consumer whose database is restored to an earlier time. Waiting: one of
-- these keys has a later delivery.
-- q_relay_confirm(events uuid[], groups text[]) -> one relay_confirmed(waiting bool)    lane: own
WITH gone AS (
    DELETE FROM wf.delivery AS d
     USING unnest($events::uuid[], $groups::text[]) AS a (event_id, grp)
     WHERE d.event_id = a.event_id AND d.grp = a.grp
    RETURNING d.event_id, d.grp, d.key, d.seq, d.on_dead
), kept AS (
    INSERT INTO wf.sent (event_id, grp, key, seq, on_dead) SELECT g.event_id, g.grp, g.key, g.seq, g.on_dead FROM gone AS g
)
SELECT EXISTS (SELECT FROM gone AS g JOIN wf.delivery AS d ON d.grp = g.grp AND d.key = g.key AND d.seq > g.seq) AS waiting;

-- q_relay_prune_outbox(days int4, max int4) -> many relay_pruned_event(id uuid)    lane: own lease
DELETE FROM wf.outbox AS o WHERE o.id IN (
    SELECT p.id FROM wf.outbox AS p
     WHERE p.created_at < now() - make_interval(days => $days)
       AND NOT EXISTS (SELECT 1 FROM wf.delivery AS d WHERE d.event_id = p.id)
     LIMIT $max)
RETURNING o.id;

-- q_relay_prune_sent(days int4, max int4) -> many relay_pruned_sent(event_id uuid)    lane: own lease
DELETE FROM wf.sent AS s WHERE s.ctid = ANY (ARRAY(
    SELECT p.ctid FROM wf.sent AS p WHERE p.confirmed_at < now() - make_interval(days => $days) LIMIT $max))
RETURNING s.event_id;

-- Redis has lost its memory, or is none of ours any more: what was published into another memory is to be published
-- again. others: the places of the other servers, which may still have theirs (services/relay/nodes.c).
-- q_relay_forgotten(epoch int8, others text[]) -> many relay_again(event_id uuid)    lane: own
UPDATE wf.delivery SET published_at = NULL, next_at = NULL
 WHERE published_at IS NOT NULL AND epoch <> $epoch AND (epoch >> 48 & 65535)::text <> ALL ($others::text[])
RETURNING event_id;

-- q_relay_overdue(epoch int8) -> many relay_group(grp text, n int8)    lane: own lease
SELECT grp, count(*) FROM wf.delivery
 WHERE published_at IS NOT NULL AND epoch = $epoch AND next_at <= now() GROUP BY grp;

-- q_relay_again(grp text, epoch int8) -> any    lane: own lease
UPDATE wf.delivery SET published_at = NULL, next_at = NULL
 WHERE grp = $grp AND published_at IS NOT NULL AND epoch = $epoch AND next_at <= now();

-- q_relay_state() -> many relay_state(grp text, published int8, pending int8, oldest timestamptz)    lane: own
SELECT c.grp, c.published, c.pending,
       (SELECT o.created_at FROM wf.delivery AS m JOIN wf.outbox AS o ON o.id = m.event_id
         WHERE m.grp = c.grp ORDER BY m.position LIMIT 1)
  FROM (SELECT d.grp, count(d.published_at) AS published, count(*) - count(d.published_at) AS pending
          FROM wf.delivery AS d GROUP BY d.grp) AS c;

-- Answers are kept for seven days.
-- q_relay_idempotency_prune() -> any    lane: own lease
DELETE FROM wf.idempotency WHERE created_at < now() - interval '7 days';

-- One hash over the rows that were committed since the last seal: those below the snapshot's xmin, in the order of
-- their transactions, at most $max and the rest of the transaction that they end in. Its end is looked for among the next
-- $max transactions, or among more where these have no rows: what has piled up meanwhile is not sorted for it (they are counted since
-- PostgreSQL would look for a first one from the table's beginning).
-- A second sealer's row conflicts.
-- q_audit_seal(max int8) -> maybe audit_sealed(no int8, rows int8, hash text, more bool)    lane: own lease
WITH last AS (
    SELECT coalesce(max(s.no), 0) AS no FROM wf.audit_seal AS s
), start AS (
    SELECT l.no, coalesce(s.to_xid, 0) AS from_xid, coalesce(s.hash, ''::bytea) AS previous,
           pg_snapshot_xmin(pg_current_snapshot())::text::int8 AS below
      FROM last AS l LEFT JOIN wf.audit_seal AS s ON s.no = l.no
), within AS (
    SELECT s.no, s.from_xid, s.previous, s.below,
           least(s.below, CASE WHEN (SELECT count(*) FROM wf.audit AS a WHERE a.xid >= s.from_xid AND a.xid < least(s.below, s.from_xid + $max)) > 0
                               THEN s.from_xid + $max
                               WHEN (SELECT count(*) FROM wf.audit AS a WHERE a.xid >= s.from_xid AND a.xid < least(s.below, s.from_xid + 50 * $max)) > 0
                               THEN s.from_xid + 50 * $max
                               ELSE s.below END) AS upper
      FROM start AS s
), upto AS MATERIALIZED (
    SELECT w.no, w.from_xid, w.previous, w.below,
           coalesce((SELECT a.xid + 1 FROM wf.audit AS a WHERE a.xid >= w.from_xid AND a.xid < w.upper
                      ORDER BY a.xid OFFSET $max - 1 LIMIT 1), w.upper) AS to_xid
      FROM within AS w
), counted AS (
    SELECT u.no, u.from_xid, u.to_xid, u.previous, u.below,
           (SELECT count(*) FROM wf.audit AS a WHERE a.xid >= u.from_xid AND a.xid < u.to_xid) AS rows
      FROM upto AS u
)
INSERT INTO wf.audit_seal (no, from_xid, to_xid, rows, previous, hash, sealed_at)
SELECT c.no + 1, c.from_xid, c.to_xid, c.rows, c.previous, wf.audit_hash(c.previous, c.from_xid, c.to_xid), now()
  FROM counted AS c WHERE c.rows > 0
ON CONFLICT (no) DO NOTHING
RETURNING no, rows, encode(hash, 'hex'), to_xid < (SELECT c.below FROM counted AS c);
