-- Who may know of a case is kept in wf.case_readers (libcommon/app/schema/0002), as in every service.

-- Its rows are ours to move: the owner is bound by row-level security while it is forced, and has no policy.
ALTER TABLE case_readers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE wf.case_readers NO FORCE ROW LEVEL SECURITY;
INSERT INTO wf.case_readers (org, case_id, programme, confidentiality, offices, team)
SELECT org, case_id, programme, confidentiality, offices, team FROM case_readers;
ALTER TABLE wf.case_readers FORCE ROW LEVEL SECURITY;

DROP POLICY need_to_know ON messages;
CREATE POLICY need_to_know ON messages AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((case_id IS NULL OR EXISTS (SELECT 1 FROM wf.case_readers r WHERE r.org = messages.org AND r.case_id = messages.case_id))
           AND (sensitivity = '' OR (SELECT sec.has('protection:read')) OR (SELECT sec.has('internal'))));
DROP POLICY need_to_know ON inbox_items;
CREATE POLICY need_to_know ON inbox_items AS RESTRICTIVE FOR SELECT TO {{service}}
    USING (case_id IS NULL OR EXISTS (SELECT 1 FROM wf.case_readers r WHERE r.org = inbox_items.org AND r.case_id = inbox_items.case_id));

DROP TABLE case_readers;
