-- Who read or changed what of a person: the messages to it (libcommon/app/schema/0014_trail_objects.sql). One that names a case and nobody goes
-- to the case's principal, whom the cases service knows.
CREATE INDEX messages_person ON messages (org, person_id) WHERE person_id IS NOT NULL;

CREATE OR REPLACE FUNCTION wf.trail_objects(person uuid, cases uuid[]) RETURNS TABLE (id uuid, itself bool)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY SELECT m.id, false FROM messages AS m WHERE m.org = sec.org() AND m.user_id IS NULL AND m.person_id = person;
    RETURN QUERY SELECT m.id, false FROM messages AS m
                  WHERE m.org = sec.org() AND m.user_id IS NULL AND m.person_id IS NULL AND m.case_id = ANY (cases);
END
$$;
