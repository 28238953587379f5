-- Every natural person of this database has rights on their data (libcommon/app/schema/0006): experts, members of ventures, and who is asked in
-- surveys beside the expert. Each is found by the row's id. Contacts of institutions, visitors and mentors are names in what others wrote of
-- them: no id finds them, and who may write it corrects it.

-- An erased expert stays as an empty row that assignments refer to. No reader sees it, so nothing is added to it.
ALTER TABLE experts ADD COLUMN erased bool NOT NULL DEFAULT false;
CREATE POLICY erased ON experts AS RESTRICTIVE FOR SELECT TO {{service}} USING (NOT erased);

-- Who travels with a mission is sealed in one value for all of them; it goes when somebody of them is erased after the journey.
ALTER TABLE travel_requests ALTER COLUMN party DROP NOT NULL;

-- Missions that somebody of a venture may have been asked for.
CREATE FUNCTION subject_missions(person uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT m.id FROM venture_members p
      JOIN ventures v ON v.org = p.org AND v.id = p.venture_id
      JOIN missions m ON m.org = v.org AND m.cohort_id = v.cohort_id AND m.country = v.country
     WHERE p.id = person
$$;

CREATE OR REPLACE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT 'assignment.open', 'assignment', a.id FROM assignments a WHERE a.expert_id = person AND a.status NOT IN ('closed', 'aborted')
    UNION ALL
    SELECT 'finance.open', 'claim', c.id FROM claims c JOIN assignments a ON a.org = c.org AND a.id = c.assignment_id
     WHERE a.expert_id = person AND c.status <> 'paid'
    UNION ALL
    SELECT 'application.open', 'application', p.id FROM applications p WHERE p.expert_id = person AND p.status NOT IN ('accepted', 'declined', 'withdrawn')
    UNION ALL
    SELECT 'venture.member', 'venture', v.id FROM venture_members p JOIN ventures v ON v.org = p.org AND v.id = p.venture_id
     WHERE p.id = person AND p.left_at IS NULL AND v.status <> 'dropped'
    UNION ALL
    SELECT 'movement.underWay', 'travelRequest', t.id
      FROM venture_members p
      JOIN ventures v ON v.org = p.org AND v.id = p.venture_id
      JOIN travel_requests t ON t.org = v.org AND t.ref_id = v.mission_id
     WHERE p.id = person AND t.status IN ('requested', 'planned', 'ticketed', 'cleared', 'departed')
$$;

REVOKE DELETE ON travel_requests FROM {{worker}}; -- its rows stay now
DELETE FROM wf.subject_tables WHERE tbl IN ('experts', 'applications', 'assignments', 'venture_members', 'travel_requests', 'survey_respondents', 'survey_invitations');
SELECT wf.subject_table('experts', 'clear', 't.id = $1', 'id programmes names birth_date sex residence_country languages contact_points documents status created_at',
    clears => '{"names": "''[]''", "birth_date": "NULL", "sex": "''unknown''", "languages": "''[]''", "contact_points": "''[]''", "documents": "''[]''",
                "status": "''inactive''", "erased": "true", "version": "t.version + 1"}');
-- That there was an interview and what came of it is part of an accepted application; the words about the expert go.
SELECT wf.subject_table('applications', 'clear', 't.expert_id = $1', 'id programme way status interview host_decision close_reason created_at',
    clears => '{"interview": "t.interview - ''note''"}');
SELECT wf.subject_table('assignments', 'clear', 't.expert_id = $1', 'id programme reference country status kind starts_on ends_on abort_reason',
    clears => '{"abort_reason": "NULL"}', why => 'what was done where; the expert in it is an identifier that names nobody any more');
SELECT wf.subject_table('venture_members', 'delete', 't.id = $1',
    'id venture_id kind given family email nationalities origin_country residence_country joined_at left_at');
SELECT wf.subject_table('travel_requests', 'clear',
    't.assignment_id IN (SELECT subject_assignments($1))
     OR (t.ref_id IN (SELECT subject_missions($1)) AND t.status NOT IN (''requested'', ''planned'', ''ticketed'', ''cleared'', ''departed''))',
    'status earliest latest departs_at arrives_at departed_at arrived_at', also => 't.assignment_id IN (SELECT subject_assignments($1))',
    clears => '{"party": "NULL", "cancel_reason": "CASE WHEN t.cancel_reason IS NOT NULL THEN '''' END", "version": "t.version + 1"}',
    why => 'that there was a journey stays with the assignment; who went on it goes');
SELECT wf.subject_table('survey_respondents', 'delete', 't.id = $1 OR t.assignment_id IN (SELECT subject_assignments($1))',
    'id role languages zone contact created_at ended_at',
    also => 't.id = $1 OR (t.role = ''expert'' AND t.assignment_id IN (SELECT subject_assignments($1)))',
    sealed => '{"contact": {"cls": "document", "place": "survey_respondents.contact", "row": "id"}}');
SELECT wf.subject_table('survey_invitations', 'delete', 't.respondent_id = $1 OR t.assignment_id IN (SELECT subject_assignments($1))',
    'instrument status answers answered_at',
    also => 't.respondent_id = $1
             OR t.respondent_id IN (SELECT r.id FROM survey_respondents r WHERE r.role = ''expert'' AND r.assignment_id IN (SELECT subject_assignments($1)))');
