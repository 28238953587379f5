-- Whom and what the messages of {{part}} are about, as other databases know it: a uuid each.
SELECT DISTINCT i.id FROM {{part}} AS m CROSS JOIN LATERAL (VALUES (m.case_id), (m.person_id), (m.ref_id), (m.basis_id)) AS i (id) WHERE i.id IS NOT NULL;
