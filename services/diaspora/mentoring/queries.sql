-- Statements of mentor sessions.

-- q_mentor_session_add{id uuid, venture_id uuid, mentor text, topic text, starts_at timestamptz, zone text, minutes int4, by text,
--   now timestamptz} -> exactly 1
INSERT INTO mentor_sessions (id, org, venture_id, mentor, topic, starts_at, zone, minutes, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $venture_id, $mentor, $topic, $starts_at, $zone, $minutes, $by, $now, $now);

-- q_mentor_session_get(id uuid) -> one mentor_session_row(id uuid, venture_id uuid, mentor text, topic text, starts_at timestamptz, zone text,
--   minutes int4, status text, outcome text?, version int4, created_by text, created_at timestamptz, updated_at timestamptz,
--   allowed_actions text[])
SELECT id, venture_id, mentor, topic, starts_at, zone, minutes, status, outcome, version, created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions
  FROM mentor_sessions WHERE id = $id;

-- q_mentor_session_lock(id uuid) -> one mentor_session_row
SELECT id, venture_id, mentor, topic, starts_at, zone, minutes, status, outcome, version, created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions
  FROM mentor_sessions WHERE id = $id FOR UPDATE;

-- q_mentor_session_list{venture_id uuid, status text?} -> list mentor_session_row
SELECT id, venture_id, mentor, topic, starts_at, zone, minutes, status, outcome, version, created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions
  FROM mentor_sessions WHERE venture_id = $venture_id
--? status AND status = $status
--sort startsAt starts_at timestamptz
;

-- q_mentor_session_save{id uuid, mentor text, topic text, starts_at timestamptz, zone text, minutes int4, now timestamptz} -> exactly 1
UPDATE mentor_sessions SET mentor = $mentor, topic = $topic, starts_at = $starts_at, zone = $zone, minutes = $minutes, version = version + 1,
       updated_at = $now
 WHERE id = $id AND status = 'planned';

-- q_mentor_session_end{id uuid, status text, outcome text?, now timestamptz} -> exactly 1
UPDATE mentor_sessions SET status = $status, outcome = $outcome, version = version + 1, updated_at = $now WHERE id = $id AND status = 'planned';
