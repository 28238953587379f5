-- Corrections of experts (libcommon/app/schema/0013) are seen with the expert, those of the residence with its scope.
CREATE POLICY known ON wf.corrections AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    EXISTS (SELECT 1 FROM experts e WHERE e.id = subject_id) AND (kind <> 'expertResidence' OR (SELECT sec.has('experts.residence:read'))));
