-- Statements of libcommon/app on the common tables (schema/0001_common.sql): outbox, due, audit, inbox.
-- Those of the relay and the scheduler stand with them.

-- ---- outbox ----

-- The upsert takes the row lock that orders the senders of one key.
-- q_outbox_add{id uuid, org text?, type text, subject uuid, key uuid, data jsonb, trace text, groups text[], on_dead text,
--              now timestamptz} -> any
WITH event AS (
    INSERT INTO wf.outbox (id, org, type, subject, data, trace, created_at)
    VALUES ($id, coalesce($org, sec.org()), $type, $subject, $data, $trace, $now)
), numbered AS (
    INSERT INTO wf.outbox_seq AS s (grp, key, last)
    SELECT g, $key, 1 FROM unnest($groups::text[]) AS g ORDER BY g
    ON CONFLICT (grp, key) DO UPDATE SET last = s.last + 1
    RETURNING s.grp, s.last
)
INSERT INTO wf.delivery (event_id, grp, key, seq, on_dead)
SELECT $id, n.grp, $key, n.last, $on_dead FROM numbered AS n;

-- q_due_set(kind text, key uuid, due_at timestamptz, data jsonb) -> any
INSERT INTO wf.due AS d (kind, key, org, due_at, data) VALUES ($kind, $key, sec.org(), $due_at, $data)
ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, data = excluded.data;

-- q_due_cancel(kind text, key uuid) -> any
DELETE FROM wf.due WHERE kind = $kind AND key = $key;

-- ---- audit ----

-- q_audit_add{now timestamptz, actor text, client text, is_user bool, operation text, purpose text, request_id text,
--             trace text, action text, kind text, object uuid?, objects uuid[]?, fields text, changes jsonb?}
--   -> exactly 1    lane: point
INSERT INTO wf.audit (at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object, objects,
                      fields, changes)
VALUES ($now, $actor, $client, $is_user, $operation, $purpose, $request_id, $trace, $action, $kind, $object, $objects,
        $fields, $changes);

-- The read of a sensitive class: its row is on disk before the answer goes.
-- q_audit_add_durable{now timestamptz, actor text, client text, is_user bool, operation text, purpose text, request_id text,
--             trace text, action text, kind text, object uuid?, objects uuid[]?, fields text, changes jsonb?}
--   -> any    lane: point durable
INSERT INTO wf.audit (at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object, objects,
                      fields, changes)
SELECT $now, $actor, $client, $is_user, $operation, $purpose, $request_id, $trace, $action, $kind, $object, $objects,
       $fields, $changes
  FROM set_config('synchronous_commit', 'on', true);

-- ---- trail ----

-- A service of the house asks as the reader that asked it: policies see this one, not the service.
-- q_trail_reader(subject text, scope text) -> any    lane: own
SELECT set_config('wf.sub', $subject, true), set_config('wf.scope', $scope, true);

-- The objects of a person, and those among them that are not the person's own row. What the transaction asks for is known to policies.
-- q_trail_objects(person_id uuid, cases uuid[]) -> one trail_objects(every uuid[], seen uuid[], asked_ text)    lane: own
SELECT o.every, o.seen, set_config('wf.asked', o.every::text, true)
  FROM (SELECT coalesce(array_agg(t.id), '{}') AS every, coalesce(array_agg(t.id) FILTER (WHERE NOT t.itself), '{}') AS seen
          FROM (SELECT m.id, bool_and(m.itself) AS itself FROM wf.trail_objects($person_id, $cases) AS m GROUP BY m.id) AS t) AS o;

-- What was done with the objects of a person, the latest first. What was done with the person's own row is told where the operation
-- ($own) says nothing of a case, or where the same request did something with an object that the reader may see. Of another organisation
-- its user is not named. Classes and kinds that the reader lacks the scope for are left out. The mechanism's own reads are told by the
-- operation that made them.
-- q_trail_page{every uuid[], seen uuid[], from_at timestamptz, until_at timestamptz, before_at timestamptz, before_position int8, own text[],
--   hidden_kinds text[], hidden_fields text[], limit_ int4}
--   -> many trail_row(position int8, at timestamptz, organisation text, actor text?, client text, is_user bool, operation text, purpose text,
--                     action text, kind text, object_id uuid?, fields text[])    lane: own
WITH hits AS MATERIALIZED (
    SELECT a.id, a.xid, a.org, a.at, a.actor, a.client, a.is_user, a.operation, a.purpose, a.request_id, a.action, a.kind, a.object, a.fields,
           a.changes, a.object = ANY ($seen) AS is_seen
      FROM wf.audit AS a WHERE a.object = ANY ($every) AND a.at >= $from_at AND a.at < $until_at AND a.at <= $before_at
     UNION ALL
    SELECT a.id, a.xid, a.org, a.at, a.actor, a.client, a.is_user, a.operation, a.purpose, a.request_id, a.action, a.kind, a.object, a.fields,
           a.changes, a.objects && $seen
      FROM wf.audit AS a WHERE a.object IS NULL AND a.objects && $every AND a.at >= $from_at AND a.at < $until_at AND a.at <= $before_at
)
SELECT a.id AS position, a.at, a.org AS organisation, CASE WHEN a.org = sec.org() THEN a.actor END AS actor, a.client, a.is_user,
       a.operation, a.purpose, a.action, a.kind, a.object AS object_id, f.shown AS fields
  FROM hits AS a
 CROSS JOIN LATERAL (SELECT coalesce(array_agg(w.field) FILTER (WHERE w.field <> ALL ($hidden_fields)), '{}') AS shown, count(*) AS n
                       FROM (SELECT unnest(string_to_array(nullif(a.fields, ''), ',')) AS field
                             UNION ALL SELECT jsonb_array_elements_text(CASE WHEN jsonb_typeof(a.changes) = 'array' THEN a.changes END)) AS w) AS f
 WHERE (a.at < $before_at OR a.id < $before_position)
   AND (a.is_seen OR a.operation = ANY ($own)
        OR EXISTS (SELECT 1 FROM hits AS b WHERE b.is_seen AND b.xid = a.xid AND b.at = a.at AND b.request_id = a.request_id))
   AND a.kind <> ALL ($hidden_kinds) AND (f.n = 0 OR cardinality(f.shown) > 0) AND a.operation <> 'searchAccessTrail'
 ORDER BY a.at DESC, a.id DESC LIMIT $limit_;

-- ---- inbox ----

-- A new event: done in advance if its effect comes in this transaction ($try is done), or kept for later ($try is retry).
-- An earlier one of its key that is not done makes it wait. No row: it was here before.
-- q_inbox_enter{event_id uuid, source text, position int8, key uuid, seq int8, on_dead text, org text, type text,
--               subject uuid, event_at timestamptz, trace text, data jsonb, try text, attempts int4, delay_us int8,
--               error text?}
--   -> maybe inbox_entry(state text, commit_ text)    lane: own lease
INSERT INTO wf.inbox (event_id, source, position, key, seq, on_dead, org, type, subject, event_at, trace, data, state,
                      attempts, next_at, error, received_at, done_at)
SELECT $event_id, $source, $position, $key, $seq, $on_dead, $org, $type, $subject, $event_at, $trace, $data, s.state,
       CASE WHEN s.state = 'waiting' THEN 0 ELSE $attempts END,
       CASE WHEN s.state = 'retry' THEN now() + $delay_us * interval '1 microsecond' END,
       $error, now(), CASE WHEN s.state = 'done' THEN now() END
  FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM wf.inbox AS b
                                  WHERE b.source = $source AND b.key = $key AND b.seq < $seq AND b.state <> 'done'
                                    AND NOT (b.state = 'dead' AND b.on_dead = 'skip'))
                    THEN 'waiting' ELSE $try END AS state) AS s
ON CONFLICT (event_id) DO NOTHING
RETURNING state, set_config('synchronous_commit', 'on', true);

-- Its effect failed: the row that was done in advance, or that a retry has.
-- q_inbox_failed{event_id uuid, state text, delay_us int8, error text} -> any    lane: own lease
UPDATE wf.inbox
   SET state = $state, error = $error, done_at = NULL,
       next_at = CASE WHEN $state = 'retry' THEN now() + $delay_us * interval '1 microsecond' END
 WHERE event_id = $event_id AND (state = 'retry' OR (state = 'done' AND done_at = now()));

-- Takes one that is due, counts the attempt before it is made, and puts the next one off: what kills the worker comes to
-- an end as well.
-- q_inbox_take(retry_us int8) -> maybe inbox_row(event_id uuid, source text, key uuid, seq int8, on_dead text, org text,
--     type text, subject uuid, event_at timestamptz, trace text, data jsonb, attempts int4)    lane: own lease
UPDATE wf.inbox AS i
   SET attempts = i.attempts + 1,
       next_at = now() + least($retry_us * 2 ^ least(i.attempts, 30), 3600000000) * interval '1 microsecond'
 WHERE i.event_id = (SELECT b.event_id FROM wf.inbox AS b WHERE b.state = 'retry' AND b.next_at <= now()
                      ORDER BY b.next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING i.event_id, i.source, i.key, i.seq, i.on_dead, i.org, i.type, i.subject, i.event_at, i.trace, i.data, i.attempts;

-- q_inbox_lock(event_id uuid, attempts int4) -> maybe inbox_lock(attempts int4, commit_ text)    lane: own
SELECT attempts, set_config('synchronous_commit', 'on', true) FROM wf.inbox
 WHERE event_id = $event_id AND attempts = $attempts AND state = 'retry' FOR UPDATE;

-- q_inbox_done(event_id uuid) -> exactly 1    lane: own lease
UPDATE wf.inbox SET state = 'done', next_at = NULL, done_at = now() WHERE event_id = $event_id AND state = 'retry';

-- The next of a key may run, its turn having come.
-- q_inbox_next(source text, key uuid, seq int8) -> any    lane: own lease
UPDATE wf.inbox AS w SET state = 'retry', next_at = now()
 WHERE w.source = $source AND w.key = $key AND w.state = 'waiting'
   AND w.seq = (SELECT min(b.seq) FROM wf.inbox AS b
                 WHERE b.source = $source AND b.key = $key AND b.seq > $seq AND b.state <> 'done'
                   AND NOT (b.state = 'dead' AND b.on_dead = 'skip'));

-- All whose turn has come: one may have begun to wait just as the one before it was done.
-- q_inbox_release(max int4) -> many inbox_released(event_id uuid)    lane: own lease
UPDATE wf.inbox AS w SET state = 'retry', next_at = now()
 WHERE w.event_id IN (
    SELECT c.event_id FROM wf.inbox AS c
     WHERE c.state = 'waiting'
       AND NOT EXISTS (SELECT 1 FROM wf.inbox AS b
                        WHERE b.source = c.source AND b.key = c.key AND b.seq < c.seq AND b.state <> 'done'
                          AND NOT (b.state = 'dead' AND b.on_dead = 'skip'))
     ORDER BY c.received_at LIMIT $max FOR UPDATE SKIP LOCKED)
RETURNING w.event_id;

-- Dead since the worker that had it did not know its type, as one of the release before: this one does.
-- q_inbox_revive(types text[], max int4) -> many inbox_revived(event_id uuid)    lane: own lease
UPDATE wf.inbox SET state = 'retry', attempts = 0, next_at = now()
 WHERE event_id IN (
    SELECT i.event_id FROM wf.inbox AS i WHERE i.state = 'dead' AND i.type = ANY ($types) AND i.error LIKE 'inbox.type:%'
     ORDER BY i.received_at LIMIT $max FOR UPDATE SKIP LOCKED)
RETURNING event_id;

-- Only what the source has confirmed, and a week old: a second copy may still lie in Redis for a while.
-- q_inbox_prune(source text, below int8, max int4) -> many inbox_pruned(event_id uuid)    lane: own lease
DELETE FROM wf.inbox WHERE event_id IN (
    SELECT i.event_id FROM wf.inbox AS i
     WHERE i.state = 'done' AND i.received_at < now() - interval '7 days' AND i.source = $source AND i.position < $below
     ORDER BY i.received_at LIMIT $max)
RETURNING event_id;

-- q_inbox_counts() -> many inbox_count(state text, n int8, oldest timestamptz)    lane: own
SELECT state, count(*), min(received_at) FROM wf.inbox WHERE state <> 'done' GROUP BY state;

-- ---- jobs, for people ----

-- q_job_list(state text, max int4) -> many job_row(event_id uuid, source text, type text, org text, subject uuid, state text,
--     attempts int4, error text?, event_at timestamptz, next_at timestamptz?, on_dead text)    lane: own
SELECT event_id, source, type, org, subject, state, attempts, error, event_at, next_at, on_dead FROM wf.inbox
 WHERE state = $state ORDER BY received_at LIMIT $max;

-- q_job_replay(event_id uuid) -> exactly 1    lane: own lease
UPDATE wf.inbox SET state = 'retry', attempts = 0, next_at = now() WHERE event_id = $event_id AND state = 'dead';

-- Given up for good; its error stays, and those that wait behind it go on.
-- q_job_discard(event_id uuid) -> exactly 1    lane: own lease
UPDATE wf.inbox SET state = 'done', done_at = now(), error = 'discarded: ' || coalesce(error, '')
 WHERE event_id = $event_id AND state = 'dead';

-- ---- readers ----

-- Whether the reader may know of the case.
-- q_case_known(case_id uuid) -> maybe case_known(case_id uuid)
SELECT case_id FROM wf.case_readers WHERE org = sec.org() AND case_id = $case_id;

-- q_case_readers_set{case_id uuid, programme text, confidentiality text, offices text[], team text[]} -> exactly 1
INSERT INTO wf.case_readers (org, case_id, programme, confidentiality, offices, team)
VALUES (sec.org(), $case_id, $programme, $confidentiality, $offices, $team)
ON CONFLICT (org, case_id) DO UPDATE SET programme = excluded.programme, confidentiality = excluded.confidentiality,
                                         offices = excluded.offices, team = excluded.team;

-- ---- field keys ----

-- q_field_keys() -> many field_key(cls text, key_id text)    lane: own
SELECT k.cls, k.key_id FROM wf.field_keys AS k;

-- q_field_keys_add(classes text[], ids text[]) -> any    lane: own
INSERT INTO wf.field_keys (cls, key_id) SELECT a.cls, a.id FROM unnest($classes::text[], $ids::text[]) AS a (cls, id)
ON CONFLICT DO NOTHING;

-- ---- what is held on a person ----

-- q_subject_blocks(person_id uuid, own uuid[], today date) -> one subject_blocks(blocks jsonb)    lane: own
SELECT coalesce(jsonb_agg(jsonb_build_object('code', b.code, 'kind', b.kind, 'id', b.id) ORDER BY b.code, b.id), '[]') AS blocks
  FROM wf.subject_blocks($person_id, $own, $today) AS b;

-- q_subject_export(person_id uuid, own uuid[]) -> one subject_body(body jsonb)    lane: own
SELECT wf.subject_export($person_id, $own) AS body;

-- q_subject_plan(person_id uuid, own uuid[]) -> one subject_body    lane: own
SELECT wf.subject_plan($person_id, $own) AS body;

-- q_subject_erase(person_id uuid, own uuid[]) -> one subject_body    lane: own
SELECT wf.subject_erase($person_id, $own) AS body;

-- q_subject_answer_add{id uuid, person_id uuid, phase text, body jsonb, blocks jsonb, now timestamptz} -> any
INSERT INTO wf.subject_answers (id, org, person_id, phase, body, blocks, answered_at)
VALUES ($id, sec.org(), $person_id, $phase, $body, $blocks, $now) ON CONFLICT (id) DO NOTHING;

-- A piece of the answer that a peer takes at once: its rows from one on, as many as `most` bytes hold, and one at least; and where to go on. What
-- was done is counted and has no rows, so it is one piece.
-- q_subject_answer_piece(id uuid, from_row int8, most int8) -> one subject_piece(person_id uuid, phase text, body jsonb, blocks jsonb, next int8?)    lane: own
WITH answer AS (
    SELECT a.person_id, a.phase, a.blocks, a.body FROM wf.subject_answers a WHERE a.id = $id
), tables AS MATERIALIZED ( -- not for each row anew
    SELECT t.at, t.part - 'rows' AS head, t.part -> 'rows' AS rows
      FROM answer CROSS JOIN jsonb_array_elements(answer.body) WITH ORDINALITY AS t (part, at) WHERE answer.phase <> 'erase'
), rows AS (
    SELECT t.at, t.head, r.row, row_number() OVER (ORDER BY t.at, r.at) - 1 AS n
      FROM tables AS t CROSS JOIN jsonb_array_elements(t.rows) WITH ORDINALITY AS r (row, at)
), sized AS (
    SELECT at, head, row, n, n = $from_row OR sum(octet_length(row::text)) OVER (ORDER BY n) <= $most AS fits FROM rows WHERE n >= $from_row
), parts AS (
    SELECT at, head || jsonb_build_object('rows', jsonb_agg(row ORDER BY n)) AS part FROM sized WHERE fits GROUP BY at, head
)
SELECT a.person_id, a.phase, CASE WHEN a.phase = 'erase' THEN a.body ELSE coalesce((SELECT jsonb_agg(part ORDER BY at) FROM parts), '[]') END AS body,
       a.blocks, (SELECT min(n) FROM sized WHERE NOT fits) AS next
  FROM answer a;

-- q_subject_answer_drop(id uuid) -> any
DELETE FROM wf.subject_answers WHERE id = $id;

-- ---- corrections ----

-- q_correction_add{id uuid, subject_id uuid, kind text, object_id uuid, field text, former bytea, reason text?, by text, now timestamptz} -> exactly 1
INSERT INTO wf.corrections (id, org, subject_id, kind, object_id, field, former, reason, changed_by, changed_at)
VALUES ($id, sec.org(), $subject_id, $kind, $object_id, $field, $former, $reason, $by, $now);

-- q_correction_list{subject_id uuid, kind text?, object_id uuid?} -> list correction_row(id uuid, kind text, object_id uuid, field text, sealed_ bytea,
--   former jsonb?, reason text?, changed_by text, changed_at timestamptz)
SELECT h.id, h.kind, coalesce(h.object_id, h.subject_id) AS object_id, h.field, h.former AS sealed_, NULL::jsonb AS former, h.reason, h.changed_by, h.changed_at
  FROM wf.corrections h WHERE h.org = sec.org() AND h.subject_id = $subject_id
--? kind      AND h.kind = $kind
--? object_id AND coalesce(h.object_id, h.subject_id) = $object_id
--sort -changedAt h.changed_at timestamptz
--id h.id
--changed wf.corrections
;
