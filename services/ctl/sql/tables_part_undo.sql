SELECT set_config('role', '{{owner}}', true), set_config('lock_timeout', '10s', true);
ALTER TABLE {{table}} DROP CONSTRAINT IF EXISTS {{name}}_until;
