-- Of these cases, or of these persons' cases: why what was written to them has to stay. Lines "id why"; as wf.subject_blocks (services/cases/schema/0032).
WITH asked AS (
    SELECT u.id FROM unnest(string_to_array('{{ids}}', ',')::uuid[]) AS u (id)
), met AS (
    SELECT c.* FROM cases AS c
     WHERE c.erased_at IS NULL
       AND (c.id IN (SELECT id FROM asked)
            OR EXISTS (SELECT FROM case_persons AS p WHERE p.org = c.org AND p.case_id = c.id AND p.person_id IN (SELECT id FROM asked)))
)
SELECT c.id || ' ' || w.why
  FROM met AS c
 CROSS JOIN LATERAL (VALUES ('held', c.legal_hold), ('open', c.closed_at IS NULL),
                            ('kept', c.closed_at IS NOT NULL AND (c.retain_until IS NULL OR c.retain_until >= current_date))) AS w (why, holds)
 WHERE w.holds
UNION
SELECT p.id || ' restricted' FROM persons AS p
 WHERE p.restricted_at IS NOT NULL
   AND (p.id IN (SELECT id FROM asked)
        OR EXISTS (SELECT FROM met AS c JOIN case_persons AS q ON q.org = c.org AND q.case_id = c.id WHERE q.org = p.org AND q.person_id = p.id));
