-- Statements of decisions.

-- q_decision_facts(case_id uuid) -> many decision_fact(subject text, outcome text)
SELECT subject, outcome FROM decisions WHERE case_id = $case_id AND status = 'decided' ORDER BY created_at LIMIT 200;

-- q_decision_case(case_id uuid) -> one decision_case(id uuid)
SELECT id FROM cases WHERE id = $case_id;

-- q_decision_get(id uuid) -> one decision_row(id uuid, case_id uuid, subject text, outcome text, reason text, four_eyes bool, status text, proposed_by text, proposed_at timestamptz, confirmed_by text?, confirmed_at timestamptz?, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, subject, outcome, reason, four_eyes, status, proposed_by, proposed_at, confirmed_by, confirmed_at, version, created_at,
       updated_at, allowed_actions
  FROM decisions_shown WHERE id = $id;

-- q_decision_list{case_id uuid, subject text?} -> list decision_row
SELECT id, case_id, subject, outcome, reason, four_eyes, status, proposed_by, proposed_at, confirmed_by, confirmed_at, version, created_at,
       updated_at, allowed_actions
  FROM decisions_shown WHERE case_id = $case_id
--? subject AND subject = $subject
--sort -createdAt created_at timestamptz
;

-- q_decision_lock(id uuid) -> one decision_locked(case_id uuid, status text, proposed_by text, version int4)        lane: own
SELECT case_id, status, proposed_by, version FROM decisions WHERE id = $id FOR UPDATE;

-- q_decision_add{id uuid, case_id uuid, subject text, outcome text, reason text, four_eyes bool, status text, by text, now timestamptz} -> exactly 1
INSERT INTO decisions (id, org, case_id, subject, outcome, reason, four_eyes, status, proposed_by, proposed_at, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $subject, $outcome, $reason, $four_eyes, $status, $by, $now, $now, $now);

-- q_decision_settle{id uuid, status text, by text, now timestamptz} -> exactly 1
UPDATE decisions SET status = $status, confirmed_by = $by, confirmed_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'proposed';
