-- Who read or changed what of an expert (libcommon/app/schema/0014_trail_objects.sql), each table asked by itself.
CREATE INDEX matches_expert ON matches (org, expert_id);
CREATE INDEX survey_invitations_assignment ON survey_invitations (org, assignment_id);

DO $do$
DECLARE
    t text;
    body text := $body$
DECLARE
    o text := sec.org();
    mine uuid[]; -- assignments
BEGIN
    RETURN QUERY SELECT e.id, true FROM experts AS e WHERE e.org = o AND e.id = person;
    RETURN QUERY SELECT a.id, false FROM applications AS a WHERE a.org = o AND a.expert_id = person;
    RETURN QUERY SELECT m.id, false FROM matches AS m WHERE m.org = o AND m.expert_id = person;
    mine := ARRAY(SELECT a.id FROM assignments AS a WHERE a.org = o AND a.expert_id = person);
    IF mine = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT m.id, false FROM unnest(mine) AS m (id);
    $body$;
BEGIN
    FOREACH t IN ARRAY ARRAY['activity_logs', 'claims', 'outcomes', 'phases', 'reports', 'safeguards', 'survey_invitations', 'survey_respondents',
                             'survey_waves', 'training_enrolments', 'travel_counsellings', 'travel_requests'] LOOP
        body := body || format('RETURN QUERY SELECT t.id, false FROM %I AS t WHERE t.org = o AND t.assignment_id = ANY (mine); ', t);
    END LOOP;
    EXECUTE format('CREATE OR REPLACE FUNCTION wf.trail_objects(person uuid, cases uuid[]) RETURNS TABLE (id uuid, itself bool)
                    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS %L', body || ' END');
END
$do$;
