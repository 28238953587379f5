-- Nothing if the reader may not know of the person.
-- q_trail_person(id uuid) -> one trail_person(cases uuid[])
SELECT ARRAY(SELECT c.id FROM cases AS c WHERE c.org = p.org AND c.principal_id = p.id) AS cases FROM persons AS p WHERE p.id = $id;
