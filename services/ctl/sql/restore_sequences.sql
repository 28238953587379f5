-- How far the database that is replaced has counted.
SELECT '(' || quote_literal(format('%I.%I', schemaname, sequencename)) || ',' || last_value || ')'
  FROM pg_sequences WHERE last_value IS NOT NULL;
