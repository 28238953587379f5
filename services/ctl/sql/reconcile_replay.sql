-- The relay publishes them, each key in its order; the consumer's inbox takes each once.
INSERT INTO wf.delivery (event_id, grp, key, seq, on_dead)
SELECT DISTINCT ON (s.event_id) s.event_id, s.grp, s.key, s.seq, s.on_dead
  FROM wf.sent AS s WHERE s.grp = '{{group}}' AND s.event_id = ANY (string_to_array('{{ids}}', ',')::uuid[])
    ON CONFLICT DO NOTHING;
