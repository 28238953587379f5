-- Statements of the timeline.

-- q_timeline_add{id uuid, case_id uuid, kind text, data jsonb, sensitivity text, by_user text, at timestamptz} -> exactly 1
INSERT INTO timeline (id, org, case_id, kind, data, sensitivity, by_user, at)
VALUES ($id, sec.org(), $case_id, $kind, $data, $sensitivity, $by_user, $at);

-- q_timeline_case(case_id uuid) -> one timeline_case(id uuid)
SELECT id FROM cases WHERE id = $case_id;

-- q_timeline_list{case_id uuid} -> list timeline_row(id uuid, kind text, text text, data jsonb, by_user text, at timestamptz)
-- text is replaced by the kind's sentence (kinds.h)
SELECT id, kind, kind AS text, data, by_user, at FROM timeline WHERE case_id = $case_id
--sort at at timestamptz
;
