-- An erasure that was held and goes on adds to what was done before: a part belongs to a question, and grows. Who is asked for copies is
-- remembered with the request, since the case that was shared is seen by nobody then.

ALTER TABLE subject_parts ADD COLUMN ask_id uuid NOT NULL, ADD COLUMN id uuid NOT NULL UNIQUE; -- sealed under its own id, by which keys are rotated
GRANT UPDATE (ask_id, body, blocks, answered_at) ON subject_parts TO {{worker}};
ALTER TABLE subject_requests ADD COLUMN partners jsonb; -- [{shareId, organisation, deleteBy}]
GRANT UPDATE (partners) ON subject_requests TO {{worker}};
