-- Statements of applications.

-- q_application_get(id uuid) -> one application_row(id uuid, programme text, tor_id uuid, tor_version int4, expert_id uuid, way text,
--   status text, interview jsonb?, host_decision jsonb?, close_reason text?, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions text[])
SELECT id, programme, tor_id, tor_version, expert_id, way, status, interview, host_decision, close_reason, version, created_by, created_at,
       updated_at, '{}'::text[] AS allowed_actions
  FROM applications WHERE id = $id;

-- q_application_list{programme text?, tor_id uuid?, expert_id uuid?, status text?} -> list application_row
SELECT id, programme, tor_id, tor_version, expert_id, way, status, interview, host_decision, close_reason, version, created_by, created_at,
       updated_at, '{}'::text[] AS allowed_actions
  FROM applications WHERE org = sec.org()
--? programme AND programme = $programme
--? torId     AND tor_id = $tor_id
--? expertId  AND expert_id = $expert_id
--? status    AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_application_tor(id uuid) -> one application_tor(tor_id uuid)
SELECT tor_id FROM applications WHERE id = $id;

-- q_application_state(id uuid) -> one application_state(tor_id uuid, expert_id uuid, status text, interview jsonb?, host_decision jsonb?,
--   version int4)
SELECT tor_id, expert_id, status, interview, host_decision, version FROM applications WHERE id = $id;

-- q_application_lock(id uuid) -> one application_state        lane: own
SELECT tor_id, expert_id, status, interview, host_decision, version FROM applications WHERE id = $id FOR UPDATE;

-- q_application_one_open(tor_id uuid, expert_id uuid) -> maybe application_id(id uuid)
SELECT id FROM applications
 WHERE org = sec.org() AND tor_id = $tor_id AND expert_id = $expert_id AND status NOT IN ('declined', 'withdrawn');

-- q_application_open_of(tor_id uuid) -> many application_open(id uuid, status text)        lane: own
SELECT id, status FROM applications
 WHERE org = sec.org() AND tor_id = $tor_id AND status NOT IN ('accepted', 'declined', 'withdrawn') ORDER BY id FOR UPDATE;

-- q_application_accepted(tor_id uuid) -> one application_accepted(n int4)
SELECT count(*)::int4 AS n FROM applications WHERE org = sec.org() AND tor_id = $tor_id AND status = 'accepted';

-- q_application_add{id uuid, programme text, tor_id uuid, tor_version int4, expert_id uuid, way text, by text, now timestamptz} -> exactly 1
INSERT INTO applications (id, org, programme, tor_id, tor_version, expert_id, way, status, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $tor_id, $tor_version, $expert_id, $way, $way, $by, $now, $now);

-- q_application_save{id uuid, status text, interview jsonb?, host_decision jsonb?, close_reason text?, now timestamptz} -> exactly 1
UPDATE applications SET status = $status, interview = $interview, host_decision = $host_decision, close_reason = $close_reason,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_application_close(id uuid, reason text, now timestamptz) -> exactly 1
UPDATE applications SET status = 'declined', close_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- q_application_move_add{id uuid, application_id uuid, transition text, from_status text, to_status text, reason text?, by text,
--   now timestamptz} -> exactly 1
INSERT INTO application_moves (id, org, application_id, transition, from_status, to_status, reason, by_user, at)
VALUES ($id, sec.org(), $application_id, $transition, $from_status, $to_status, $reason, $by, $now);

-- q_application_move_list(application_id uuid) -> list application_move_row(id uuid, transition text, from_status text, to_status text,
--   reason text?, by_user text, at timestamptz)
SELECT id, transition, from_status, to_status, reason, by_user, at FROM application_moves WHERE application_id = $application_id
--sort at at timestamptz
;
