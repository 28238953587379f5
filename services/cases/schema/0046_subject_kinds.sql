-- Requests of persons whom another service knows: experts, members of ventures, who is asked in surveys. person_id is the id that it knows
-- them by; own_cases holds what is theirs alone there.
ALTER TABLE subject_requests ADD COLUMN subject text NOT NULL DEFAULT 'person' CHECK (subject IN ('person', 'expert', 'ventureMember', 'surveyRespondent'));

-- The day on which the last backup ends is what was promised when it was done, whatever the term is later (rights/terms.json).
ALTER TABLE subject_requests ADD COLUMN backups_until date;
ALTER TABLE subject_requests NO FORCE ROW LEVEL SECURITY;
UPDATE subject_requests SET backups_until = (done_at AT TIME ZONE 'Europe/Amsterdam')::date + 35 WHERE status = 'done';
ALTER TABLE subject_requests FORCE ROW LEVEL SECURITY;
GRANT UPDATE (backups_until) ON subject_requests TO {{worker}};
ALTER TABLE subject_requests ADD CHECK (status <> 'done' OR backups_until IS NOT NULL);

-- Plans that were made before named rows of names by the name, and references by the reference (libcommon/app/schema/0008).
ALTER TABLE subject_parts NO FORCE ROW LEVEL SECURITY;
UPDATE subject_parts
   SET body = (SELECT jsonb_agg(CASE WHEN p.part ->> 'table' IN ('person_name_keys', 'expert_name_keys', 'external_refs') THEN p.part || '{"rows": []}' ELSE p.part END ORDER BY p.at)
                 FROM jsonb_array_elements(body) WITH ORDINALITY AS p (part, at))
 WHERE phase = 'plan' AND body @> ANY (ARRAY['[{"table": "person_name_keys"}]', '[{"table": "expert_name_keys"}]', '[{"table": "external_refs"}]']::jsonb[]);
ALTER TABLE subject_parts FORCE ROW LEVEL SECURITY;
