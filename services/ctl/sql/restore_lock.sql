SELECT pg_try_advisory_lock(7366102)::text;
