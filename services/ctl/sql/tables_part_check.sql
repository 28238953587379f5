SELECT set_config('role', '{{owner}}', true);
DO $$
BEGIN
    ALTER TABLE {{table}} VALIDATE CONSTRAINT {{name}}_until;
EXCEPTION WHEN check_violation THEN
    RAISE EXCEPTION '{{table}} holds rows of {{first}} or later: --first has to be a later month';
END
$$;
