SELECT cls || ' ' || key_id FROM wf.field_keys ORDER BY cls, since, key_id;
