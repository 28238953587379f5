SELECT table_name || '.' || column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND data_type = 'bytea' AND column_name !~ '(index|hash)$' ORDER BY 1;
