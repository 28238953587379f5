-- Statements of tasks.

-- q_task_facts(case_id uuid) -> many task_fact(kind text, due_on date, status text)
-- Without those of the protection officers: what a guard says must not depend on who asks.
SELECT kind, due_on, status FROM tasks WHERE case_id = $case_id AND status = 'open' AND sensitivity = '' ORDER BY due_on LIMIT 200;

-- q_task_get(id uuid) -> one task_row(id uuid, case_id uuid?, kind text, title text, details text?, urgency text, due_on date, assignee text?, status text, overdue bool, outcome text?, done_by text?, done_at timestamptz?, sensitivity text, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, kind, title, details, urgency, due_on, assignee, status, overdue, outcome, done_by, done_at, sensitivity, version, created_by,
       created_at, updated_at, allowed_actions
  FROM tasks_shown WHERE id = $id;

-- q_task_list{case_id uuid?, assignee text?, status text?, due_before date?} -> list task_row
SELECT id, case_id, kind, title, details, urgency, due_on, assignee, status, overdue, outcome, done_by, done_at, sensitivity, version, created_by,
       created_at, updated_at, allowed_actions
  FROM tasks_shown WHERE true
--? case_id   AND case_id = $case_id
--? assignee  AND assignee = $assignee
--? status    AND status = $status
--? due_before AND due_on < $due_before
--sort dueOn due_on date
--sort createdAt created_at timestamptz
;

-- q_task_lock(id uuid) -> one task_locked(case_id uuid?, kind text, title text, details text?, urgency text, due_on date, assignee text?, status text, sensitivity text, version int4)        lane: own
SELECT case_id, kind, title, details, urgency, due_on, assignee, status, sensitivity, version FROM tasks WHERE id = $id FOR UPDATE;

-- q_task_add{id uuid, case_id uuid?, kind text, title text, details text?, urgency text, due_on date, assignee text?, sensitivity text, about uuid?, by text, now timestamptz} -> exactly 1
INSERT INTO tasks (id, org, case_id, kind, title, details, urgency, due_on, assignee, sensitivity, about, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $kind, $title, $details, $urgency, $due_on, $assignee, $sensitivity, $about, $by, $now, $now);

-- q_task_save{id uuid, title text, details text?, urgency text, due_on date, assignee text?, now timestamptz} -> exactly 1
UPDATE tasks SET title = $title, details = $details, urgency = $urgency, due_on = $due_on, assignee = $assignee, overdue_at = NULL,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_task_end{id uuid, status text, outcome text?, by text, now timestamptz} -> exactly 1
UPDATE tasks SET status = $status, outcome = $outcome, done_by = $by, done_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'open';

-- q_tasks_end_about{case_id uuid, about uuid, outcome text, by text, now timestamptz} -> many task_ended(id uuid)
UPDATE tasks SET status = 'done', outcome = $outcome, done_by = $by, done_at = $now, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND about = $about AND status = 'open'
RETURNING id;

-- q_task_about(case_id uuid, kind text, about uuid) -> one task_about(open bool)
SELECT EXISTS (SELECT 1 FROM tasks t WHERE t.org = sec.org() AND t.case_id = $case_id AND t.about = $about AND t.kind = $kind AND t.status = 'open') AS open;

-- q_task_overdue(id uuid, now timestamptz) -> any
UPDATE tasks SET overdue_at = $now, version = version + 1, updated_at = $now WHERE id = $id AND status = 'open' AND overdue_at IS NULL;

-- q_tasks_cancel_for_case(case_id uuid, by text, now timestamptz) -> any
UPDATE tasks SET status = 'cancelled', outcome = 'caseStopped', done_by = $by, done_at = $now, version = version + 1, updated_at = $now
 WHERE case_id = $case_id AND status = 'open';

-- q_task_case(case_id uuid) -> maybe task_case(caseworker text?, status text)
SELECT caseworker, status FROM cases WHERE id = $case_id;
