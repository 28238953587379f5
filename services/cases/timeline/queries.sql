-- Statements of the timeline.

-- q_timeline_add{id uuid, case_id uuid, kind text, data jsonb, sensitivity text, by_user text, at timestamptz} -> exactly 1
INSERT INTO timeline (id, org, case_id, kind, data, sensitivity, by_user, at)
VALUES ($id, sec.org(), $case_id, $kind, $data, $sensitivity, $by_user, $at);
