-- A backup of a former release knows no contents.
SELECT (to_regclass('public.stored_objects') IS NOT NULL)::text;
