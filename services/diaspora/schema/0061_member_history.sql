-- Corrections of members of ventures (libcommon/app/schema/0013) are seen with the member; who may read only what stood there sees the member too.
DROP POLICY known ON wf.corrections;
CREATE POLICY known ON wf.corrections AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    CASE WHEN kind = 'ventureMember' THEN EXISTS (SELECT 1 FROM venture_members m WHERE m.id = subject_id)
         ELSE EXISTS (SELECT 1 FROM experts e WHERE e.id = subject_id) AND (kind <> 'expertResidence' OR (SELECT sec.has('experts.residence:read'))) END);
ALTER POLICY team ON venture_members USING (
    ((SELECT sec.has('ventures:read')) OR (SELECT sec.has('ventures.history:read')) OR (SELECT sec.has('internal')))
    AND EXISTS (SELECT 1 FROM ventures v WHERE v.id = venture_id));
