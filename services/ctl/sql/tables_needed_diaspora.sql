-- Of these experts, assignments, missions and invitations to a survey: why what was written about them has to stay. Lines "id why".
WITH asked AS (
    SELECT u.id FROM unnest(string_to_array('{{ids}}', ',')::uuid[]) AS u (id)
)
SELECT a.id || ' open' FROM assignments AS a
 WHERE a.status NOT IN ('closed', 'aborted')
   AND (a.id IN (SELECT id FROM asked) OR a.expert_id IN (SELECT id FROM asked)
        OR EXISTS (SELECT FROM survey_invitations AS i WHERE i.org = a.org AND i.assignment_id = a.id AND i.id IN (SELECT id FROM asked)))
UNION
SELECT m.id || ' open' FROM missions AS m WHERE m.id IN (SELECT id FROM asked) AND m.status IN ('planned', 'travelling')
UNION
SELECT e.id || ' restricted' FROM experts AS e
 WHERE e.restricted_at IS NOT NULL
   AND (e.id IN (SELECT id FROM asked) OR EXISTS (SELECT FROM assignments AS a WHERE a.org = e.org AND a.expert_id = e.id AND a.id IN (SELECT id FROM asked)));
