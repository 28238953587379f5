-- Corrections of persons become rows of the one table for corrections (libcommon/app/schema/0013). Programs of the release before go on with
-- the name that they know.
ALTER TABLE person_history NO FORCE ROW LEVEL SECURITY;
ALTER TABLE wf.corrections NO FORCE ROW LEVEL SECURITY;
INSERT INTO wf.corrections (id, org, subject_id, field, former, reason, changed_by, changed_at)
SELECT id, org, person_id, field, former, reason, changed_by, changed_at FROM person_history;
ALTER TABLE wf.corrections FORCE ROW LEVEL SECURITY;
DROP TABLE person_history;
DELETE FROM wf.subject_tables WHERE tbl = 'person_history';
CREATE VIEW person_history WITH (security_invoker) AS
SELECT id, org, subject_id AS person_id, field, former, reason, changed_by, changed_at FROM wf.corrections WHERE kind = 'person';
GRANT SELECT, INSERT ON person_history TO {{service}}, {{worker}};

-- Whoever may not read a record learns nothing of its corrections either.
CREATE POLICY known ON wf.corrections AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    EXISTS (SELECT 1 FROM persons p WHERE p.id = subject_id)
    AND CASE WHEN kind IN ('residenceStatus', 'stay') THEN (SELECT sec.has('persons.residence:read'))
             WHEN kind = 'declaration' THEN (SELECT sec.has('declarations:read')) AND EXISTS (SELECT 1 FROM declarations d WHERE d.id = object_id)
             ELSE true END);

-- How a declaration was made is corrected; that it was signed, by whom and when, is not.
GRANT UPDATE (text_version, language, method, interpreter, witness, guardian_id) ON declarations TO {{service}}, {{worker}};
