-- Who read or changed what of a person: the objects of this service (libcommon/app/schema/0005_trail.sql), and what others did with what
-- is shared with them.

-- Who once was of a case stays in its trail.
CREATE INDEX case_persons_ever ON case_persons (org, person_id, case_id);

-- Each table has org, id and case_id; one that also names a person names it for this one, else for all who are of the case.
DO $$
DECLARE
    t text;
    body text := $view$
        SELECT p.org, p.id AS person_id, NULL::uuid AS case_id, p.id, true AS itself FROM persons AS p
        UNION ALL SELECT c.org, c.person_id, NULL, c.id, false FROM contact_points AS c
        UNION ALL SELECT r.org, r.person_id, NULL, r.id, false FROM residence_statuses AS r
        UNION ALL SELECT s.org, s.person_id, NULL, s.id, false FROM stays AS s
        UNION ALL SELECT f.org, f.person_id, NULL, f.family_id, false FROM family_members AS f
        UNION ALL SELECT c.org, c.person_id, NULL, c.id, false FROM consents AS c
        UNION ALL SELECT p.org, p.person_id, NULL, p.case_id, false FROM case_persons AS p
        UNION ALL SELECT p.org, p.person_id, NULL, r.id, false
          FROM case_persons AS p JOIN referrals AS r ON r.to_org = p.org AND r.case_id = p.case_id
    $view$;
BEGIN
    FOREACH t IN ARRAY ARRAY['authority_checks', 'coaching_notes', 'deadlines', 'decisions', 'eligibility_checks', 'enquiries', 'notes',
                             'overrides', 'profile_claims', 'shares', 'tasks', 'travel_requests'] LOOP
        body := body || format('UNION ALL SELECT p.org, p.person_id, NULL, t.id, false
                                  FROM case_persons AS p JOIN %I AS t ON t.org = p.org AND t.case_id = p.case_id ', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['appointments', 'case_roles', 'credential_evaluations', 'declarations', 'documents', 'mentor_links',
                             'regulated_professions', 'status_surrenders', 'training_participants'] LOOP
        body := body || format('UNION ALL SELECT p.org, p.person_id, NULL, t.id, false
                                  FROM case_persons AS p JOIN %I AS t ON t.org = p.org AND t.case_id = p.case_id
                                 WHERE t.person_id IS NULL OR t.person_id = p.person_id ', t);
    END LOOP;
    EXECUTE 'CREATE OR REPLACE VIEW wf.trail_objects WITH (security_invoker = true) AS ' || body;
END
$$;

-- What another organisation did with what is shared with it, for those who may ask who saw a person; nothing else of its trail.
CREATE POLICY shared_read ON wf.audit FOR SELECT TO {{service}} USING (
    (SELECT sec.has('trails:read')) AND org <> (SELECT sec.org())
    AND (EXISTS (SELECT 1 FROM cases c WHERE c.org = (SELECT sec.org()) AND (c.id = object OR c.id = ANY (objects)))
         OR EXISTS (SELECT 1 FROM shares s WHERE s.org = (SELECT sec.org()) AND s.id = object)
         OR EXISTS (SELECT 1 FROM profile_claims p WHERE p.org = (SELECT sec.org()) AND p.id = object)
         OR EXISTS (SELECT 1 FROM coaching_notes n WHERE n.org = (SELECT sec.org()) AND n.id = object)
         OR EXISTS (SELECT 1 FROM credential_evaluations e WHERE e.org = (SELECT sec.org()) AND e.id = object)
         OR EXISTS (SELECT 1 FROM training_participants t WHERE t.org = (SELECT sec.org()) AND t.id = object)));
