-- Requests of authorities for data.

-- q_disclosure_add{id uuid, authority text, authority_ref text?, received_at timestamptz, channel text, subject text, legal_ground text?, reply_by date?, by text, now timestamptz} -> exactly 1
INSERT INTO disclosure_requests (id, org, authority, authority_ref, received_at, channel, subject, legal_ground, reply_by, created_by, created_at,
                                 updated_at)
VALUES ($id, sec.org(), $authority, $authority_ref, $received_at, $channel, $subject, $legal_ground, $reply_by, $by, $now, $now);

-- q_disclosure_get(id uuid) -> one disclosure_row(id uuid, authority text, authority_ref text?, received_at timestamptz, channel text, subject text,
--   legal_ground text?, reply_by date?, status text, reviewer text?, review_at timestamptz?, decided_at timestamptz?, decided_by text?,
--   reason text?, granted_scope text?, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[], version_ int4)
SELECT id, authority, authority_ref, received_at, channel, subject, legal_ground, reply_by, status, reviewer, review_at, decided_at, decided_by,
       reason, granted_scope, created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, version AS version_
  FROM disclosure_requests WHERE id = $id;

-- q_disclosure_lock(id uuid) -> one disclosure_row
SELECT id, authority, authority_ref, received_at, channel, subject, legal_ground, reply_by, status, reviewer, review_at, decided_at, decided_by,
       reason, granted_scope, created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, version AS version_
  FROM disclosure_requests WHERE id = $id FOR UPDATE;

-- q_disclosure_list{status text?, authority text?} -> list disclosure_row
SELECT id, authority, authority_ref, received_at, channel, subject, legal_ground, reply_by, status, reviewer, review_at, decided_at, decided_by,
       reason, granted_scope, created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, version AS version_
  FROM disclosure_requests WHERE org = sec.org()
--? status    AND status = $status
--? authority AND authority = $authority
--sort -receivedAt received_at timestamptz
;

-- q_disclosure_review(id uuid, reviewer text, now timestamptz) -> exactly 1
UPDATE disclosure_requests SET status = 'legalReview', reviewer = $reviewer, review_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'received';

-- q_disclosure_decide{id uuid, status text, reason text, granted_scope text?, by text, now timestamptz} -> exactly 1
UPDATE disclosure_requests SET status = $status, reason = $reason, granted_scope = $granted_scope, decided_at = $now, decided_by = $by,
       version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'legalReview';
