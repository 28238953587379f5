-- A message on a survey names nobody and nothing but the invitation: it goes to who is invited, whom the diaspora service knows.
CREATE INDEX messages_survey ON messages (org, basis_id) WHERE basis_kind = 'survey';

CREATE OR REPLACE FUNCTION wf.trail_objects(person uuid, cases uuid[]) RETURNS TABLE (id uuid, itself bool)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY SELECT m.id, false FROM messages AS m WHERE m.org = sec.org() AND m.user_id IS NULL AND m.person_id = person;
    RETURN QUERY SELECT m.id, false FROM messages AS m
                  WHERE m.org = sec.org() AND m.user_id IS NULL AND m.person_id IS NULL AND m.case_id = ANY (cases);
    RETURN QUERY SELECT m.id, false FROM messages AS m
                  WHERE m.org = sec.org() AND m.user_id IS NULL AND m.person_id IS NULL AND m.case_id IS NULL AND m.ref_id = ANY (cases);
    RETURN QUERY SELECT m.id, false FROM messages AS m
                  WHERE m.org = sec.org() AND m.user_id IS NULL AND m.person_id IS NULL AND m.case_id IS NULL AND m.ref_id IS NULL
                    AND m.basis_kind = 'survey' AND m.basis_id = ANY (cases);
END
$$;
