-- What is an expert's alone in other services: assignments, and the expert's own invitations to a survey. For the rights on data and for who
-- read what alike. It runs with the reader's rights.
CREATE FUNCTION subject_own(expert uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT a.id FROM assignments a WHERE a.org = sec.org() AND a.expert_id = expert
    UNION ALL
    SELECT i.id FROM assignments a
      JOIN survey_invitations i ON i.org = a.org AND i.assignment_id = a.id
      JOIN survey_respondents r ON r.org = i.org AND r.id = i.respondent_id AND r.role = 'expert'
     WHERE a.org = sec.org() AND a.expert_id = expert
$$;
