-- Drops a partition, and keeps what it was: in wf.months_dropped, and in the audit trail.
INSERT INTO wf.months_dropped (tbl, part, until, rows, bytes, dropped_by, seal, hash, uncovered)
VALUES ('{{table}}', '{{part}}', '{{until}}-01 00:00:00+00', {{rows}}, {{bytes}}, '{{by}}', nullif('{{seal}}', '')::int8,
        CASE WHEN '{{seal}}' <> '' THEN decode('{{hash}}', 'hex') END, {{uncovered}});
INSERT INTO wf.audit (at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, changes)
VALUES (now(), '{{by}}', 'wayfare-ctl', false, 'tables drop', 'support', gen_random_uuid()::text, '', 'delete', 'month', jsonb_build_array('{{part}}'));
SELECT set_config('role', '{{owner}}', true);
DO $$
BEGIN
    ALTER TABLE {{table}} DETACH PARTITION {{part}};
    DROP TABLE {{part}};
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RAISE EXCEPTION '{{table}} is in use; nothing was changed, try again';
END
$$;
SELECT set_config('role', 'none', true);
