-- Statements of messages.

-- q_message_get(id uuid) -> one message_row(id uuid, case_id uuid?, person_id uuid?, user_id text?, topic text, template text, class text, basis jsonb, status text, reason text?, send_at timestamptz, expires_at timestamptz, channel text?, language text?, template_version int4?, attempts int4, maybe_duplicate bool, sent_at timestamptz?, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb, attempt_log jsonb)
SELECT id, case_id, person_id, user_id, topic, template, class, basis, status, reason, send_at, expires_at, channel, language, template_version,
       attempts, maybe_duplicate, sent_at, version, created_by, created_at, updated_at, allowed_actions,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', a.attempt, 'at', rfc3339(a.at), 'outcome', a.outcome, 'answer', a.answer)
                                  ORDER BY a.attempt), '[]')
          FROM message_attempts a WHERE a.message_id = m.id) AS attempt_log
  FROM messages_shown m WHERE id = $id;

-- q_message_list{case_id uuid?, status text?, topic text?} -> list message_item(id uuid, case_id uuid?, person_id uuid?, user_id text?, topic text, template text, class text, basis jsonb, status text, reason text?, send_at timestamptz, expires_at timestamptz, channel text?, language text?, template_version int4?, attempts int4, maybe_duplicate bool, sent_at timestamptz?, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, person_id, user_id, topic, template, class, basis, status, reason, send_at, expires_at, channel, language, template_version,
       attempts, maybe_duplicate, sent_at, version, created_by, created_at, updated_at, allowed_actions
  FROM messages_shown WHERE true
--? case_id AND case_id = $case_id
--? status  AND status = $status
--? topic   AND topic = $topic
--sort -createdAt created_at timestamptz
;

-- q_message_lock(id uuid) -> one message_locked(case_id uuid?, person_id uuid?, user_id text?, topic text, template text, basis_kind text, basis_id uuid, basis_event text, basis_starts_at timestamptz?, ref_kind text?, ref_id uuid?, status text, send_at timestamptz, expires_at timestamptz, attempts int4, maybe_duplicate bool, version int4)        lane: own
SELECT case_id, person_id, user_id, topic, template, basis_kind, basis_id, basis_event, basis_starts_at, ref_kind, ref_id, status, send_at, expires_at, attempts,
       maybe_duplicate, version
  FROM messages WHERE id = $id FOR UPDATE;

-- q_message_add{id uuid, case_id uuid?, person_id uuid?, user_id text?, topic text, template text, class text, basis_kind text, basis_id uuid, basis_event text, basis_starts_at timestamptz?, ref_kind text?, ref_id uuid?, send_at timestamptz, expires_at timestamptz, sensitivity text, by text, now timestamptz} -> exactly 1
INSERT INTO messages (id, org, case_id, person_id, user_id, topic, template, class, basis_kind, basis_id, basis_event, basis_starts_at, ref_kind,
                      ref_id, status, send_at, expires_at, sensitivity, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $person_id, $user_id, $topic, $template, $class, $basis_kind, $basis_id, $basis_event, $basis_starts_at,
        $ref_kind, $ref_id, 'scheduled', $send_at, $expires_at, $sensitivity, $by, $now, $now);

-- q_message_due_set(id uuid, due_at timestamptz) -> exactly 1
INSERT INTO message_due (message_id, org, due_at) VALUES ($id, sec.org(), $due_at)
ON CONFLICT (message_id) DO UPDATE SET due_at = excluded.due_at, leased_until = NULL;

-- q_message_due_drop(id uuid) -> any
DELETE FROM message_due WHERE message_id = $id;

-- q_message_settle{id uuid, status text, reason text?, now timestamptz} -> exactly 1
UPDATE messages SET status = $status, reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- q_message_delay{id uuid, reason text, send_at timestamptz, now timestamptz} -> exactly 1
UPDATE messages SET status = 'scheduled', reason = $reason, send_at = $send_at, version = version + 1, updated_at = $now WHERE id = $id;

-- q_message_sending{id uuid, channel text, language text, template_version int4, maybe_duplicate bool, now timestamptz} -> exactly 1
UPDATE messages SET status = 'sending', reason = NULL, channel = $channel, language = $language, template_version = $template_version,
       attempts = attempts + 1, maybe_duplicate = $maybe_duplicate, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_message_sent{id uuid, status text, now timestamptz} -> exactly 1
UPDATE messages SET status = $status, reason = NULL, sent_at = $now, version = version + 1, updated_at = $now WHERE id = $id;

-- q_message_attempt_add{id uuid, attempt int4, outcome text, answer text?, now timestamptz} -> any
INSERT INTO message_attempts (org, message_id, attempt, at, outcome, answer) VALUES (sec.org(), $id, $attempt, $now, $outcome, $answer)
ON CONFLICT (org, message_id, attempt) DO UPDATE SET at = excluded.at, outcome = excluded.outcome, answer = excluded.answer;

-- q_messages_supersede_basis{basis_id uuid, reason text, now timestamptz} -> any
WITH planned AS (
    UPDATE messages SET status = 'superseded', reason = $reason, version = version + 1, updated_at = $now
     WHERE basis_id = $basis_id AND status IN ('scheduled', 'queued', 'tempFailed')
    RETURNING id)
DELETE FROM message_due d USING planned WHERE d.message_id = planned.id;

-- Of a movement with several references each has messages of its own. An itinerary that waits is made when it leaves, so a new time of
-- departure does not make it wrong: itinerary says whether it falls too.
-- person_id: of a mission the traveller; NULL: all of the reference.
-- q_messages_supersede_ref{basis_id uuid, ref_id uuid, person_id uuid?, itinerary bool, reason text, now timestamptz} -> any
WITH planned AS (
    UPDATE messages SET status = 'superseded', reason = $reason, version = version + 1, updated_at = $now
     WHERE basis_id = $basis_id AND ref_id = $ref_id AND ($person_id IS NULL OR person_id = $person_id)
       AND status IN ('scheduled', 'queued', 'tempFailed')
       AND ($itinerary OR basis_event <> 'itinerary')
    RETURNING id)
DELETE FROM message_due d USING planned WHERE d.message_id = planned.id;

-- What those of the reference have heard, or been called for (sent), and what they will have (planned).
-- q_messages_told(basis_id uuid, ref_id uuid?, person_id uuid?) -> one messages_told(sent bool, planned bool)        lane: own
SELECT coalesce(bool_or(status IN ('sending', 'sent', 'delivered', 'permFailed')), false) AS sent,
       coalesce(bool_or(status IN ('sending', 'sent', 'delivered', 'permFailed', 'scheduled', 'queued', 'tempFailed')), false) AS planned
  FROM messages WHERE basis_id = $basis_id AND ref_id IS NOT DISTINCT FROM $ref_id AND ($person_id IS NULL OR person_id = $person_id)
   AND user_id IS NULL;

-- Travellers of a reference who have been written to, each on their own.
-- q_messages_travellers(basis_id uuid, ref_id uuid) -> many messages_traveller(person_id uuid)        lane: own
SELECT DISTINCT person_id FROM messages WHERE basis_id = $basis_id AND ref_id = $ref_id AND person_id IS NOT NULL ORDER BY person_id LIMIT 200;

-- q_messages_supersede_case{case_id uuid, reason text, now timestamptz} -> any
WITH planned AS (
    UPDATE messages SET status = 'superseded', reason = $reason, version = version + 1, updated_at = $now
     WHERE case_id = $case_id AND status IN ('scheduled', 'queued', 'tempFailed') AND basis_event <> 'cancelled' AND user_id IS NULL
    RETURNING id)
DELETE FROM message_due d USING planned WHERE d.message_id = planned.id;

-- held: what the asker works on already, whatever became of its leases.
-- q_message_claim(lease_s int4, held uuid[]) -> maybe message_claim(message_id uuid, org text, at timestamptz)        lane: own lease
UPDATE message_due SET leased_until = now() + make_interval(secs => $lease_s)
 WHERE message_id = (SELECT message_id FROM message_due
                      WHERE due_at <= now() AND (leased_until IS NULL OR leased_until < now()) AND message_id <> ALL ($held::uuid[])
                      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING message_id, org, now() AS at;

-- For the metrics.
-- q_messages_late() -> one messages_late(n int8, late_s float8)        lane: own lease
SELECT count(*), coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 FROM message_due WHERE due_at <= now();

-- Not those that have just been put off.
-- q_messages_renew(lease_s int4, held uuid[]) -> any        lane: own lease
UPDATE message_due SET leased_until = now() + make_interval(secs => $lease_s)
 WHERE message_id = ANY ($held::uuid[]) AND leased_until IS NOT NULL;

-- q_suppression_add{id uuid, channel text, address_index bytea, reason text, now timestamptz} -> any
INSERT INTO suppressions (id, org, channel, address_index, reason, created_at) VALUES ($id, sec.org(), $channel, $address_index, $reason, $now)
ON CONFLICT (org, channel, address_index) DO NOTHING;

-- q_suppression_of(channel text, address_index bytea) -> maybe suppression(reason text)
SELECT reason FROM suppressions WHERE channel = $channel AND address_index = $address_index;
