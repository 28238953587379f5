-- Statements of persons as data subjects.

-- Who it is, and what is that person's alone in other services: assignments, invitations to a survey. In one order, for the answer's ETag.
-- q_subject_who(id uuid) -> one subject_who(kind text, own uuid[])
SELECT 'expert' AS kind,
       ARRAY(SELECT o.id FROM subject_own(e.id) AS o (id) ORDER BY o.id) AS own
  FROM experts e WHERE e.id = $id
UNION ALL
SELECT 'ventureMember' AS kind, '{}'::uuid[] AS own FROM venture_members m WHERE m.id = $id
UNION ALL
SELECT 'surveyRespondent' AS kind, ARRAY(SELECT i.id FROM survey_invitations i WHERE i.org = r.org AND i.respondent_id = r.id ORDER BY 1) AS own
  FROM survey_respondents r WHERE r.id = $id AND r.role <> 'expert';
