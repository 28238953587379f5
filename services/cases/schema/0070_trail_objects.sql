-- Who read or changed what of a person: the objects of this service (libcommon/app/schema/0014_trail_objects.sql), each table asked by itself.
-- A statement is planned once in a session: it looks for few rows by an index, whoever asks.
CREATE INDEX family_members_ever ON family_members (org, person_id);
CREATE INDEX enquiries_case ON enquiries (org, case_id) WHERE case_id IS NOT NULL;

DO $do$
DECLARE
    t text;
    body text := $body$
DECLARE
    o text := sec.org();
    mine uuid[]; -- cases; who once was of a case stays in its trail
BEGIN
    RETURN QUERY SELECT p.id, true FROM persons AS p WHERE p.org = o AND p.id = person;
    RETURN QUERY SELECT c.id, false FROM contact_points AS c WHERE c.org = o AND c.person_id = person;
    RETURN QUERY SELECT r.id, false FROM residence_statuses AS r WHERE r.org = o AND r.person_id = person;
    RETURN QUERY SELECT s.id, false FROM stays AS s WHERE s.org = o AND s.person_id = person;
    RETURN QUERY SELECT f.family_id, false FROM family_members AS f WHERE f.org = o AND f.person_id = person;
    RETURN QUERY SELECT c.id, false FROM consents AS c WHERE c.org = o AND c.person_id = person;
    mine := ARRAY(SELECT p.case_id FROM case_persons AS p WHERE p.org = o AND p.person_id = person);
    IF mine = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT m.id, false FROM unnest(mine) AS m (id);
    RETURN QUERY SELECT r.id, false FROM referrals AS r WHERE r.to_org = o AND r.case_id = ANY (mine);
    $body$;
BEGIN
    -- Each table has org, id and case_id; one that also names a person names it for this one, else for all who are of the case.
    FOREACH t IN ARRAY ARRAY['authority_checks', 'coaching_notes', 'deadlines', 'decisions', 'eligibility_checks', 'enquiries', 'notes',
                             'overrides', 'profile_claims', 'shares', 'tasks', 'travel_requests'] LOOP
        body := body || format('RETURN QUERY SELECT t.id, false FROM %I AS t WHERE t.org = o AND t.case_id = ANY (mine); ', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['appointments', 'case_roles', 'credential_evaluations', 'declarations', 'documents', 'mentor_links',
                             'regulated_professions', 'status_surrenders', 'training_participants'] LOOP
        body := body || format('RETURN QUERY SELECT t.id, false FROM %I AS t WHERE t.org = o AND t.case_id = ANY (mine)
                                   AND (t.person_id IS NULL OR t.person_id = person); ', t);
    END LOOP;
    EXECUTE format('CREATE OR REPLACE FUNCTION wf.trail_objects(person uuid, cases uuid[]) RETURNS TABLE (id uuid, itself bool)
                    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS %L', body || ' END');
END
$do$;

-- What of the asked ids is of this organisation and may be shared with another, as far as the reader may know of it.
CREATE FUNCTION wf.trail_shared() RETURNS uuid[] LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    o text := sec.org();
    asked uuid[] := sec.asked();
BEGIN
    IF asked = '{}' OR NOT sec.has('trails:read') THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(SELECT c.id FROM cases AS c WHERE c.org = o AND c.id = ANY (asked))
        || ARRAY(SELECT s.id FROM shares AS s WHERE s.org = o AND s.id = ANY (asked))
        || ARRAY(SELECT p.id FROM profile_claims AS p WHERE p.org = o AND p.id = ANY (asked))
        || ARRAY(SELECT n.id FROM coaching_notes AS n WHERE n.org = o AND n.id = ANY (asked))
        || ARRAY(SELECT e.id FROM credential_evaluations AS e WHERE e.org = o AND e.id = ANY (asked))
        || ARRAY(SELECT t.id FROM training_participants AS t WHERE t.org = o AND t.id = ANY (asked));
END
$$;

-- What another organisation did with what is shared with it, for those who may ask who saw a person; nothing else of its trail. Found once
-- for a statement: looked up for each row, in every list that another organisation ever saw, it took minutes.
DROP POLICY shared_read ON wf.audit;
CREATE POLICY shared_read ON wf.audit FOR SELECT TO {{service}} USING (
    org <> (SELECT sec.org())
    AND (object = ANY ((SELECT wf.trail_shared())::uuid[]) OR objects && (SELECT wf.trail_shared())));
