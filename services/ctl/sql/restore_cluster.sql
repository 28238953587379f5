-- What of the cluster matters to a restore: its identity, its version, the roles of the service that lack.
SELECT (SELECT system_identifier FROM pg_control_system()) || ' ' || current_setting('server_version_num') || ' '
       || coalesce((SELECT string_agg(r, ',') FROM unnest(ARRAY['{{owner}}', '{{service}}', '{{worker}}']) AS r
                     WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r)), '-') || ' '
       || pg_current_xact_id();
