-- Statements of what came of an assignment: activity logs, reports, outcomes.

-- q_result_assignment(id uuid) -> one result_assignment(id uuid, status text, starts_on date?, ends_on date?)
SELECT id, status, starts_on, ends_on FROM assignments WHERE id = $id;

-- q_result_hold(id uuid) -> one result_assignment        lane: own
SELECT id, status, starts_on, ends_on FROM assignments WHERE id = $id FOR SHARE;

-- q_activity_list{assignment_id uuid} -> list activity_row(id uuid, assignment_id uuid, on_day date, kind text, mode text, hours int4, participants int4?, summary text, version int4, created_by text, created_at timestamptz, updated_at timestamptz)
SELECT id, assignment_id, on_day, kind, mode, hours, participants, summary, version, created_by, created_at, updated_at
  FROM activity_logs WHERE assignment_id = $assignment_id
--sort onDay on_day date
;

-- q_activity_get(id uuid) -> one activity_row
SELECT id, assignment_id, on_day, kind, mode, hours, participants, summary, version, created_by, created_at, updated_at FROM activity_logs WHERE id = $id;

-- q_activity_lock(id uuid) -> one activity_row        lane: own
SELECT id, assignment_id, on_day, kind, mode, hours, participants, summary, version, created_by, created_at, updated_at FROM activity_logs WHERE id = $id FOR UPDATE;

-- q_activity_insert{id uuid, assignment_id uuid, on_day date, kind text, mode text, hours int4, participants int4?, summary text, by text, now timestamptz} -> exactly 1
INSERT INTO activity_logs (id, org, assignment_id, on_day, kind, mode, hours, participants, summary, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $on_day, $kind, $mode, $hours, $participants, $summary, $by, $now, $now);

-- q_activity_save{id uuid, on_day date, kind text, mode text, hours int4, participants int4?, summary text, now timestamptz} -> exactly 1
UPDATE activity_logs SET on_day = $on_day, kind = $kind, mode = $mode, hours = $hours, participants = $participants, summary = $summary,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- ---- reports ----

-- q_report_list{assignment_id uuid, status text?} -> list report_row(id uuid, assignment_id uuid, kind text, text text, status text, return_reason text?, submitted_by text, decided_by text?,
--   decided_at timestamptz?, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, assignment_id, kind, text, status, return_reason, submitted_by, decided_by, decided_at, version, created_at, updated_at, allowed_actions
  FROM reports_shown WHERE assignment_id = $assignment_id
--? status AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_report_get(id uuid) -> one report_row
SELECT id, assignment_id, kind, text, status, return_reason, submitted_by, decided_by, decided_at, version, created_at, updated_at, allowed_actions
  FROM reports_shown WHERE id = $id;

-- q_report_lock(id uuid) -> one report_locked(id uuid, assignment_id uuid, status text, submitted_by text, version int4)        lane: own
SELECT id, assignment_id, status, submitted_by, version FROM reports WHERE id = $id FOR UPDATE;

-- q_report_insert{id uuid, assignment_id uuid, kind text, text text, by text, now timestamptz} -> exactly 1
INSERT INTO reports (id, org, assignment_id, kind, text, submitted_by, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $kind, $text, $by, $now, $now);

-- q_report_decide{id uuid, status text, return_reason text?, by text, now timestamptz} -> exactly 1
UPDATE reports SET status = $status, return_reason = $return_reason, decided_by = $by, decided_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'submitted';

-- q_report_resubmit{id uuid, text text, by text, now timestamptz} -> exactly 1
UPDATE reports SET status = 'submitted', text = $text, submitted_by = $by, decided_by = NULL, decided_at = NULL, return_reason = NULL,
       version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'returned';

-- ---- outcomes ----

-- q_outcome_list(assignment_id uuid) -> list outcome_row(id uuid, assignment_id uuid, transfer text, summary text, beneficiaries int4, women int4?, sdg int4, version int4, created_by text, created_at timestamptz, updated_at timestamptz)
SELECT id, assignment_id, transfer, summary, beneficiaries, women, sdg, version, created_by, created_at, updated_at
  FROM outcomes WHERE assignment_id = $assignment_id
--sort createdAt created_at timestamptz
;

-- q_outcome_get(id uuid) -> one outcome_row
SELECT id, assignment_id, transfer, summary, beneficiaries, women, sdg, version, created_by, created_at, updated_at FROM outcomes WHERE id = $id;

-- q_outcome_lock(id uuid) -> one outcome_row        lane: own
SELECT id, assignment_id, transfer, summary, beneficiaries, women, sdg, version, created_by, created_at, updated_at FROM outcomes WHERE id = $id FOR UPDATE;

-- q_outcome_insert{id uuid, assignment_id uuid, transfer text, summary text, beneficiaries int4, women int4?, sdg int4, by text, now timestamptz} -> exactly 1
INSERT INTO outcomes (id, org, assignment_id, transfer, summary, beneficiaries, women, sdg, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $transfer, $summary, $beneficiaries, $women, $sdg, $by, $now, $now);

-- q_outcome_save{id uuid, transfer text, summary text, beneficiaries int4, women int4?, sdg int4, now timestamptz} -> exactly 1
UPDATE outcomes SET transfer = $transfer, summary = $summary, beneficiaries = $beneficiaries, women = $women, sdg = $sdg, version = version + 1,
       updated_at = $now
 WHERE id = $id;
