-- What this database holds on a person (libcommon/app/schema/0006): an expert, whose id is the person. What was done, paid and achieved
-- stays, without the expert. Members of ventures and staff of institutions are known by name only, and to nobody by an id: their
-- organisation asks for them, and whoever may write corrects them.

CREATE FUNCTION subject_assignments(person uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT a.id FROM assignments a WHERE a.expert_id = person
$$;

CREATE OR REPLACE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT 'assignment.open', 'assignment', a.id FROM assignments a WHERE a.expert_id = person AND a.status NOT IN ('closed', 'aborted')
    UNION ALL
    SELECT 'finance.open', 'claim', c.id FROM claims c JOIN assignments a ON a.org = c.org AND a.id = c.assignment_id
     WHERE a.expert_id = person AND c.status <> 'paid'
    UNION ALL
    SELECT 'application.open', 'application', p.id FROM applications p WHERE p.expert_id = person AND p.status NOT IN ('accepted', 'declined', 'withdrawn')
$$;

SELECT wf.subject_table('country_closures', 'none');
SELECT wf.subject_table('institutions', 'keep', why => 'contacts of an institution are kept with it and replaced by who may write it');
SELECT wf.subject_table('institution_links', 'none');
SELECT wf.subject_table('visits', 'keep', why => 'visitors are named by their institution; no id finds them');
SELECT wf.subject_table('needs', 'none');
SELECT wf.subject_table('tors', 'none');
SELECT wf.subject_table('tor_versions', 'none');
SELECT wf.subject_table('tor_moves', 'none');
SELECT wf.subject_table('experts', 'clear', 't.id = $1', 'programmes names birth_date sex residence_country languages contact_points documents status created_at',
    clears => '{"names": "''[]''", "birth_date": "NULL", "sex": "''unknown''", "languages": "''[]''", "contact_points": "''[]''", "documents": "''[]''",
                "status": "''inactive''", "version": "t.version + 1"}');
SELECT wf.subject_table('expert_name_keys', 'delete', 't.expert_id = $1');
SELECT wf.subject_table('expert_residences', 'delete', 't.expert_id = $1', 'sealed verified_at',
    sealed => '{"sealed": {"cls": "document", "place": "expert_residences.sealed", "row": "expert_id"}}');
SELECT wf.subject_table('expert_competences', 'delete', 't.expert_id = $1', 'uri label evidence source created_at ended_at');
SELECT wf.subject_table('expert_windows', 'delete', 't.expert_id = $1', 'kind starts_on ends_on note');
SELECT wf.subject_table('applications', 'clear', 't.expert_id = $1', 'id programme way status interview host_decision close_reason created_at',
    clears => '{"interview": "NULL", "host_decision": "NULL"}');
SELECT wf.subject_table('application_moves', 'clear', 't.application_id IN (SELECT a.id FROM applications a WHERE a.expert_id = $1)',
    'transition from_status to_status reason at', clears => '{"reason": "NULL"}');
SELECT wf.subject_table('matches', 'delete', 't.expert_id = $1', 'score reasons decision reason decided_at');
SELECT wf.subject_table('assignments', 'keep', 't.expert_id = $1', 'id programme reference country status kind starts_on ends_on',
    why => 'what was done where; the expert in it is an identifier that names nobody any more');
SELECT wf.subject_table('assignment_moves', 'clear', 't.assignment_id IN (SELECT subject_assignments($1))', 'transition from_status to_status reason at',
    clears => '{"reason": "NULL"}');
SELECT wf.subject_table('phases', 'keep', 't.expert_id = $1', 'kind starts_on ends_on country place hours_per_week status', why => 'part of the assignment');
SELECT wf.subject_table('safeguards', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))', 'kind country provider valid_from valid_until');
SELECT wf.subject_table('travel_counsellings', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))', 'country held_on outcome note');
SELECT wf.subject_table('travel_requests', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))', 'status earliest latest departs_at arrives_at departed_at arrived_at');
SELECT wf.subject_table('training_sessions', 'none', why => 'trainers are staff');
SELECT wf.subject_table('training_enrolments', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))', 'status certificate certified_on');
SELECT wf.subject_table('activity_logs', 'clear', 't.assignment_id IN (SELECT subject_assignments($1))', 'on_day kind mode hours participants summary',
    clears => '{"summary": "''''"}');
SELECT wf.subject_table('reports', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))', 'kind text status created_at');
SELECT wf.subject_table('outcomes', 'clear', 't.assignment_id IN (SELECT subject_assignments($1))', 'transfer summary beneficiaries women sdg', clears => '{"summary": "''''"}');
SELECT wf.subject_table('claims', 'keep', 't.assignment_id IN (SELECT subject_assignments($1))', 'currency allowance actual total status submitted_at paid_at',
    why => 'what was paid stays for as long as the accounts must be kept');
SELECT wf.subject_table('claim_allowances', 'keep', 't.assignment_id IN (SELECT subject_assignments($1))', 'country place from_day until_day amount',
    why => 'what was paid stays for as long as the accounts must be kept');
SELECT wf.subject_table('claim_costs', 'keep', 't.assignment_id IN (SELECT subject_assignments($1))', 'kind on_day amount document_ref',
    why => 'what was paid stays for as long as the accounts must be kept');
SELECT wf.subject_table('survey_respondents', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))');
SELECT wf.subject_table('survey_waves', 'keep', 't.assignment_id IN (SELECT subject_assignments($1))', why => 'part of the assignment');
SELECT wf.subject_table('survey_invitations', 'delete', 't.assignment_id IN (SELECT subject_assignments($1))', 'instrument status answers answered_at',
    also => 't.respondent_id IN (SELECT r.id FROM survey_respondents r WHERE r.role = ''expert'' AND r.assignment_id IN (SELECT subject_assignments($1)))');
SELECT wf.subject_table('cohorts', 'none');
SELECT wf.subject_table('cohort_countries', 'none');
SELECT wf.subject_table('jurors', 'none', why => 'users');
SELECT wf.subject_table('missions', 'none');
SELECT wf.subject_table('ventures', 'none');
SELECT wf.subject_table('venture_members', 'keep', why => 'named by the venture; no id of a person finds them');
SELECT wf.subject_table('venture_moves', 'none');
SELECT wf.subject_table('mentor_sessions', 'none', why => 'mentors are users');
SELECT wf.subject_table('jury_scores', 'none', why => 'jurors are users');
SELECT wf.subject_table('wf.due', 'delete', first => true, finds =>
    't.key IN (SELECT w.id FROM survey_waves w WHERE w.assignment_id IN (SELECT subject_assignments($1)))');
