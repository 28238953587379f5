WITH gone AS (
    DELETE FROM wf.delivery AS d WHERE d.grp = '{{group}}' AND d.event_id = ANY (string_to_array('{{ids}}', ',')::uuid[])
    RETURNING d.event_id, d.grp, d.key, d.seq, d.on_dead
)
INSERT INTO wf.sent (event_id, grp, key, seq, on_dead) SELECT g.event_id, g.grp, g.key, g.seq, g.on_dead FROM gone AS g;
