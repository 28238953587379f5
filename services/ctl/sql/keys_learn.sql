INSERT INTO wf.field_keys (cls, key_id) VALUES ('{{class}}', '{{id}}') ON CONFLICT DO NOTHING;
